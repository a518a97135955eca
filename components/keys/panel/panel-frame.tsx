import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';

export interface PanelFrameProps {
  readonly label: string;
  readonly breadcrumb: ReactNode;
  readonly actions: ReactNode;
  /** Back to the tree, where both do not fit side by side. */
  readonly onBack: () => void;
  readonly children: ReactNode;
}

/** What every right-hand panel of the Keys page has: path, acts, body. */
export function PanelFrame({ label, breadcrumb, actions, onBack, children }: PanelFrameProps) {
  return (
    <section aria-label={label} className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface">
      <header className="flex min-h-11 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b px-3 py-1.5">
        <Button variant="ghost" size="small" onClick={onBack} className="wide:hidden">
          <ArrowLeft aria-hidden="true" />
          Tree
        </Button>
        <div className="min-w-0 flex-1 basis-60">{breadcrumb}</div>
        <div className="flex shrink-0 flex-wrap items-center gap-1">{actions}</div>
      </header>
      {children}
    </section>
  );
}
