'use client';

import { etcdctl } from '../../../lib/format/commands.ts';
import { formatCount } from '../../../lib/format/number.ts';
import { isLimited } from '../../shell/access-words.ts';
import { usePinnedRevision } from '../../shell/use-pinned-revision.ts';
import { useStore } from '../../shell/use-store.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';

/** In place of the tree of a store without keys. */
export function NoKeys({ onCreate }: { readonly onCreate: () => void }) {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const isScoped = isLimited(store.access);
  if (rev !== null) {
    const whose = isScoped ? ' that you may read' : '';
    return (
      <EmptyState>
        There was no key{whose} at revision {formatCount(rev)}.
      </EmptyState>
    );
  }
  if (isScoped) return <EmptyState>There is no key that you may read.</EmptyState>;
  return (
    <EmptyState
      command={etcdctl(store.endpoints, ['put', '/hello', 'world'])}
      actions={
        store.readOnly ? undefined : (
          <Button size="small" onClick={onCreate}>
            Create a key
          </Button>
        )
      }
    >
      The store has no keys yet. They appear here as soon as something writes one.
    </EmptyState>
  );
}
