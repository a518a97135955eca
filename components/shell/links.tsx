'use client';

import { Activity, Copy, ExternalLink, FolderOpen, Hourglass } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type ReactNode, useContext } from 'react';
import { routes } from '../../lib/api/routes.ts';
import type { WireBytes, WireHexId, WireInt } from '../../lib/api/types.ts';
import { curl, etcdctl } from '../../lib/format/commands.ts';
import { formatCount } from '../../lib/format/number.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { watchParams } from '../../lib/live/subscription.ts';
import { cn } from '../ui/cn.ts';
import { type CopyAsForms, CopyAsMenuItems } from '../ui/copy-as.tsx';
import { useCopy } from '../ui/copy-button.tsx';
import { Link } from '../ui/link.tsx';
import { MenuContent, MenuItem, MenuLabel, MenuSeparator } from '../ui/menu.tsx';
import { ContextMenuTrigger, Menu, MenuContext } from '../ui/menu-trigger.tsx';
import { keyParams, useHref } from './use-href.ts';
import { useStore } from './use-store.ts';

/** How a link in a line of text looks. */
export const LINK = 'rounded-mark hover:underline hover:decoration-1 hover:underline-offset-2';

/** How a key is copied: the command that reads it, the call that reads it, its address here. */
export function useKeyForms(key: WireBytes, rev?: WireInt): CopyAsForms {
  const store = useStore();
  const href = useHref();
  const params = keyParams(key, rev);
  const flags = rev === undefined ? [] : [`--rev=${rev}`];
  return {
    etcdctl: () => etcdctl(store.endpoints, ['get', key], flags),
    curl: () => curl(`${location.origin}${routes.key(store.id)}?${params}`),
    json: () => JSON.stringify({ key, ...(rev === undefined ? {} : { revision: rev }) }),
    more: { link: () => `${location.origin}${href('/keys', params)}` },
  };
}

export interface KeyLinkProps {
  readonly value: WireBytes;
  /** Shows the key as it was at this revision. */
  readonly rev?: WireInt;
  readonly className?: string;
  /** Instead of the key itself. */
  readonly children?: ReactNode;
}

/** A key, wherever it is named: leads to its page; right click copies it or opens what belongs to it. */
export function KeyLink({ value, rev, className, children }: KeyLinkProps) {
  const href = useHref();
  const shown = displayBytes(value);
  return (
    <Menu>
      <ContextMenuTrigger>
        <Link
          href={href('/keys', keyParams(value, rev))}
          title={shown}
          className={cn('mono truncate', LINK, className)}
        >
          {children ?? shown}
        </Link>
      </ContextMenuTrigger>
      <KeyMenu value={value} rev={rev} />
    </Menu>
  );
}

/** What a right click on a key offers. */
export function KeyMenu({ value, rev }: { readonly value: WireBytes; readonly rev: WireInt | undefined }) {
  const { opened } = useContext(MenuContext);
  return opened === null ? null : <KeyMenuContent value={value} rev={rev} />;
}

function KeyMenuContent({ value, rev }: { readonly value: WireBytes; readonly rev: WireInt | undefined }) {
  const href = useHref();
  const router = useRouter();
  const { copy } = useCopy();
  const forms = useKeyForms(value, rev);
  const address = href('/keys', keyParams(value, rev));
  return (
    <MenuContent>
      <MenuLabel className="mono max-w-80 truncate">{displayBytes(value)}</MenuLabel>
      <MenuItem icon={<FolderOpen aria-hidden="true" />} onSelect={() => router.push(address)}>
        Open in Keys
      </MenuItem>
      <MenuItem icon={<ExternalLink aria-hidden="true" />} onSelect={() => window.open(address, '_blank', 'noopener')}>
        Open in a new tab
      </MenuItem>
      {typeof value === 'string' ? (
        <MenuItem
          icon={<Activity aria-hidden="true" />}
          onSelect={() => router.push(href('/watch', watchParams({ text: value, match: 'key' })))}
        >
          Watch this key
        </MenuItem>
      ) : null}
      <MenuSeparator />
      <MenuItem
        icon={<Copy aria-hidden="true" />}
        onSelect={() => copy(typeof value === 'string' ? value : value.base64)}
      >
        {typeof value === 'string' ? 'Copy key' : 'Copy key as base64'}
      </MenuItem>
      <CopyAsMenuItems forms={forms} />
    </MenuContent>
  );
}

/** A lease, wherever it is named. */
export function LeaseLink({ id, className }: { readonly id: WireHexId; readonly className?: string }) {
  const href = useHref();
  return (
    <Link
      href={href('/leases', { lease: id })}
      className={cn('mono inline-flex items-center gap-1 text-lease', LINK, className)}
    >
      <Hourglass aria-hidden="true" className="size-3" />
      <span className="sr-only">lease </span>
      {id}
    </Link>
  );
}

/** A revision, wherever it is named: leads to the same page as it was then, or to `path`. */
export function RevisionLink({
  rev,
  path = '/keys',
  className,
}: {
  readonly rev: WireInt;
  readonly path?: string;
  readonly className?: string;
}) {
  const href = useHref();
  return (
    <Link
      href={href(path, { rev })}
      className={cn('mono', LINK, className)}
      title={`View everything at revision ${formatCount(rev)}`}
    >
      {formatCount(rev)}
    </Link>
  );
}
