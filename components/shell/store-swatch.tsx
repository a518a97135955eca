import type { StoreColour } from '../../lib/base/store-colour.ts';
import { cn } from '../ui/cn.ts';

export const STORE_FILL: Readonly<Record<StoreColour, string>> = {
  red: 'bg-store-red',
  orange: 'bg-store-orange',
  green: 'bg-store-green',
  teal: 'bg-store-teal',
  blue: 'bg-store-blue',
  violet: 'bg-store-violet',
  pink: 'bg-store-pink',
  grey: 'bg-store-grey',
};

/** The colour an operator gave to a store; nothing where none was given. Stands beside the store's name. */
export function StoreSwatch({
  colour,
  className,
}: {
  readonly colour: StoreColour | null;
  readonly className?: string;
}) {
  if (colour === null) return null;
  return (
    <span
      aria-hidden="true"
      className={cn('inline-block size-2.5 shrink-0 rounded-mark', STORE_FILL[colour], className)}
    />
  );
}
