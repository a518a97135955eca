'use client';

import { useHref } from '../../shell/use-href.ts';
import { Link } from '../../ui/link.tsx';

/** From a key to who changed it through a console, and who may. */
export function AboutKey({ value }: { readonly value: string }) {
  const href = useHref();
  const look = 'rounded-mark text-accent text-meta hover:underline';
  return (
    <p className="ml-auto flex gap-4">
      <Link href={href('/audit', { q: value, rev: null })} className={look}>
        Who changed it here
      </Link>
      <Link href={href('/access', { who: value, rev: null })} className={look}>
        Who may read and write it
      </Link>
    </p>
  );
}
