import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { CopyButton } from './copy-button.tsx';

interface DetailHeaderProps {
  /** The list it was chosen from: "Locks". On narrow screens that is a way back. */
  readonly list: string;
  readonly onBack: () => void;
  /** The heading, then what can be done. */
  readonly children: ReactNode;
}

/** Above what is chosen of a list. */
export function DetailHeader({ list, onBack, children }: DetailHeaderProps) {
  return (
    <header className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 border-b px-3 py-1.5">
      <Button variant="ghost" size="small" onClick={onBack} className="wide:hidden">
        <ArrowLeft aria-hidden="true" />
        {list}
      </Button>
      {children}
    </header>
  );
}

/** The heading where what is chosen goes by a name in the store. */
export function NameHeading({ name }: { readonly name: string }) {
  return (
    <h2 className="mono flex min-w-0 flex-1 items-center gap-1.5 font-semibold">
      <span className="truncate">{name}</span>
      <CopyButton text={name} label="Copy name" />
    </h2>
  );
}
