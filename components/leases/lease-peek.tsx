'use client';

import { useQuery } from '@tanstack/react-query';
import { queries } from '../../lib/api/queries.ts';
import type { WireHexId } from '../../lib/api/types.ts';
import { plural } from '../../lib/format/number.ts';
import { displayBytes, wireId } from '../../lib/keys/wire-bytes.ts';
import { leaseCommand } from '../keys/key-copy.ts';
import { LeaseLink } from '../shell/links.tsx';
import { useHref } from '../shell/use-href.ts';
import { useStore } from '../shell/use-store.ts';
import { CopyAsMenuItems } from '../ui/copy-as.tsx';
import { HoverCard } from '../ui/hover-card.tsx';
import { Mark } from '../ui/marks.tsx';
import { MenuContent, MenuItem, MenuLabel } from '../ui/menu.tsx';
import { ContextMenuTrigger, Menu } from '../ui/menu-trigger.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { LeaseCountdown } from './lease-countdown.tsx';
import { endsWith } from './lease-summary.ts';

/** A lease as a link (shell/links.tsx) that says on hover what ends with it, with its commands on right click. */
export function PeekLeaseLink({ id, className }: { readonly id: WireHexId; readonly className?: string }) {
  const href = useHref();
  const store = useStore();
  return (
    <Menu>
      <HoverCard content={<LeasePeek id={id} />}>
        <ContextMenuTrigger>
          <span className="inline-flex min-w-0">
            <LeaseLink id={id} {...(className === undefined ? {} : { className })} />
          </span>
        </ContextMenuTrigger>
      </HoverCard>
      <MenuContent>
        <MenuLabel>{`Lease ${id}`}</MenuLabel>
        <MenuItem onSelect={() => window.open(href('/leases', { lease: id }), '_blank', 'noopener')}>
          Open in a new tab
        </MenuItem>
        <CopyAsMenuItems forms={{ etcdctl: () => leaseCommand(store, 'timetolive', id), more: { id: () => id } }} />
      </MenuContent>
    </Menu>
  );
}

const PEEK_KEYS = 5;

/** The hover card of a lease: time left, and the keys that end with it. */
function LeasePeek({ id }: { readonly id: WireHexId }) {
  const store = useStore();
  const { data, error } = useQuery(queries.lease(store.id, id));
  return (
    <div className="flex flex-col gap-2">
      <p className="mono inline-flex items-center gap-1.5 font-medium text-lease">
        <Mark shape="hourglass" />
        lease {id}
      </p>
      {data === undefined ? (
        error === null ? (
          <Skeleton className="w-2/3" />
        ) : (
          <p className="text-bad">{error.message}</p>
        )
      ) : (
        <>
          <LeaseCountdown lease={data} />
          <p className="text-fg-2">{endsWith(data)}</p>
          <ul className="flex flex-col">
            {data.keys.slice(0, PEEK_KEYS).map((key) => (
              <li key={wireId(key)} className="mono truncate text-fg-2">
                {displayBytes(key)}
              </li>
            ))}
            {data.keyCount > PEEK_KEYS ? (
              <li className="text-fg-3 text-meta">and {plural(data.keyCount - PEEK_KEYS, 'more key')}</li>
            ) : null}
          </ul>
        </>
      )}
    </div>
  );
}
