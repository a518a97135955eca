import { cn } from '../ui/cn.ts';

/** Something that happened at one moment. */
export interface LaneMark {
  readonly at: number;
  readonly kind: 'silent' | 'back' | 'restarted' | 'drill' | 'healed' | 'action';
  readonly text: string;
}

const TONE: Readonly<Record<LaneMark['kind'], string>> = {
  silent: 'bg-bad',
  back: 'bg-good',
  restarted: 'bg-risk',
  drill: 'bg-risk',
  healed: 'bg-good',
  action: 'bg-accent',
};

/** A stroke across a lane; its words on hover. */
export function MarkTick({ mark, x }: { readonly mark: LaneMark; readonly x: number }) {
  return (
    <span
      title={mark.text}
      className={cn('absolute inset-y-0 w-[3px] -translate-x-1/2', TONE[mark.kind])}
      style={{ left: x }}
    />
  );
}
