'use client';

import { useRouter } from 'next/navigation';
import type { ComponentProps, MouseEvent } from 'react';

export interface LinkProps extends ComponentProps<'a'> {
  readonly href: string;
  /** Asks for the page as soon as the pointer or the focus comes near. */
  readonly isLikely?: boolean;
}

/** A link to a page of the console: an ordinary one, whose plain click stays in the page. */
export function Link({ href, isLikely = false, onClick, ...props }: LinkProps) {
  const router = useRouter();
  const prefetch = (): void => router.prefetch(href);
  return (
    <a
      href={href}
      {...(isLikely ? { onPointerEnter: prefetch, onFocus: prefetch } : {})}
      {...props}
      onClick={(event: MouseEvent<HTMLAnchorElement>) => {
        onClick?.(event);
        const isForBrowser = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
        if (event.defaultPrevented || isForBrowser) return;
        event.preventDefault();
        router.push(href);
      }}
    />
  );
}
