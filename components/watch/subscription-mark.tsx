import { letterOf } from '../../lib/live/subscription.ts';
import { cn } from '../ui/cn.ts';

const COLOURS = [
  'text-sub-1',
  'text-sub-2',
  'text-sub-3',
  'text-sub-4',
  'text-sub-5',
  'text-sub-6',
  'text-sub-7',
  'text-sub-8',
] as const;

/** A subscription's letter in its colour: never the colour alone. */
export function SubscriptionMark({ index, className }: { readonly index: number; readonly className?: string }) {
  return (
    <span
      className={cn(
        'inline-flex size-4 shrink-0 items-center justify-center rounded-mark border border-current font-medium text-[10px] leading-none',
        COLOURS[index],
        className,
      )}
    >
      {letterOf(index)}
    </span>
  );
}

/** Which subscriptions a change passed. */
export function SubscriptionMarks({ subs, count }: { readonly subs: number; readonly count: number }) {
  return (
    <span className="inline-flex items-center gap-0.5 align-middle">
      {Array.from({ length: count }, (_, index) =>
        // Bits stay where they are: the index is what they are.
        (subs & (1 << index)) === 0 ? null : <SubscriptionMark key={letterOf(index)} index={index} />,
      )}
    </span>
  );
}
