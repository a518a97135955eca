import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { EmptyState } from './empty-state.tsx';

interface GoneDetailProps {
  /** What was chosen, and why it may be gone. */
  readonly children: ReactNode;
  readonly onClose: () => void;
}

/** In place of the detail of something that is not there. */
export function GoneDetail({ children, onClose }: GoneDetailProps) {
  return (
    <EmptyState
      className="flex-1 bg-surface"
      actions={
        <Button size="small" onClick={onClose}>
          Close
        </Button>
      }
    >
      {children}
    </EmptyState>
  );
}
