'use client';

import { useState } from 'react';
import type { ConfigTargetDetail, ReleaseSummary } from '../../lib/api/config-types.ts';
import { routes } from '../../lib/api/routes.ts';
import { curl, etcdctl } from '../../lib/format/commands.ts';
import { plural } from '../../lib/format/number.ts';
import { agoText } from '../../lib/format/time.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { oneOf, withFallback } from '../shell/url-params.ts';
import { useCanWrite } from '../shell/use-can-write.ts';
import { useHref } from '../shell/use-href.ts';
import { useNow } from '../shell/use-live.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { useUrlState } from '../shell/use-url-state.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { DetailHeader } from '../ui/detail-header.tsx';
import { Link } from '../ui/link.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { Tabs, TabsContent, TabsList, TabsTrigger } from '../ui/tabs.tsx';
import { toasts } from '../ui/toast-store.ts';
import { EditorPanel } from './editor-panel.tsx';
import { EffectiveTable } from './effective-table.tsx';
import { InstanceTable } from './instance-table.tsx';
import { NewTargetDialog } from './new-target-dialog.tsx';
import { ReleaseTable } from './release-table.tsx';
import { useTarget } from './use-config.ts';
import { rolloutWords, STATE_TONES, targetWords } from './words.ts';

const VIEWS = ['edit', 'effective', 'history', 'instances'] as const;
const VIEW = withFallback(oneOf(VIEWS), 'edit');

/** One target: live, draft and canary side by side, then what can be done with it. */
export function TargetDetail({ target, onBack }: { readonly target: string; readonly onBack: () => void }) {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const query = useTarget(store.id, target, rev);
  if (query.data !== undefined) return <Loaded detail={query.data} onBack={onBack} />;
  if (query.error === null) return <SkeletonRows rows={8} className="bg-surface" />;
  return (
    <div className="flex-1 bg-surface">
      <PanelError title="The target could not be read" error={query.error} onRetry={() => void query.refetch()} />
      <Button size="small" className="m-4" onClick={onBack}>
        Close
      </Button>
    </div>
  );
}

function Loaded({ detail, onBack }: { readonly detail: ConfigTargetDetail; readonly onBack: () => void }) {
  const { target } = detail.document;
  const store = useStore();
  const { rev } = usePinnedRevision();
  const [view, setView] = useUrlState('view', VIEW);
  const { bundle, scope, layer } = targetWords(target);
  const canWrite = useCanWrite();
  const [isChanging, setChanging] = useState(false);
  return (
    <section aria-label={`Target ${target}`} className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface">
      <DetailHeader list="Configuration" onBack={onBack}>
        <h2 className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2">
          <span className="mono font-semibold">{bundle}</span>
          <span className="text-fg-2">{scope}</span>
          <span className="text-fg-3 text-meta">{layer} layer</span>
        </h2>
        {canWrite ? (
          <Button size="small" onClick={() => setChanging(true)}>
            Schema and rules…
          </Button>
        ) : null}
        <CopyAsMenu
          forms={{
            etcdctl: () => etcdctl(store.endpoints, ['get', `/quorate/config/assign/${target}`]),
            curl: () => curl(`${location.origin}${routes.configTarget(store.id)}?target=${encodeURIComponent(target)}`),
            json: () => JSON.stringify(detail.live?.content ?? null, null, 2),
          }}
        />
      </DetailHeader>
      <Sides detail={detail} />
      <Tabs
        value={view}
        onValueChange={(next) => void setView(next as (typeof VIEWS)[number])}
        className="flex min-h-0 flex-1 flex-col"
      >
        <TabsList aria-label="What to see of it" className="shrink-0">
          <TabsTrigger value="edit">{canWrite ? 'Edit' : 'Document'}</TabsTrigger>
          <TabsTrigger value="effective">Effective value</TabsTrigger>
          <TabsTrigger value="history">History</TabsTrigger>
          <TabsTrigger value="instances">Instances</TabsTrigger>
        </TabsList>
        <TabsContent value="edit" className="flex min-h-0 flex-1 flex-col">
          <EditorPanel key={`${target}-${rev ?? 'live'}`} detail={detail} canWrite={canWrite} />
        </TabsContent>
        <TabsContent value="effective" className="min-h-0 flex-1 overflow-auto">
          <EffectiveTable detail={detail} />
        </TabsContent>
        <TabsContent value="history" className="flex min-h-0 flex-1 flex-col">
          <ReleaseTable detail={detail} canWrite={canWrite} />
        </TabsContent>
        <TabsContent value="instances" className="flex min-h-0 flex-1 flex-col">
          <InstanceTable detail={detail} />
        </TabsContent>
      </Tabs>
      <NewTargetDialog
        isOpen={isChanging}
        kind={detail.document.kind}
        existing={detail}
        onClose={() => setChanging(false)}
        onCreated={() => toasts.add({ tone: 'good', text: 'Changed. What is live stays as it is.' })}
      />
    </section>
  );
}

/** Always in this order, always all three: what is missing is said. */
function Sides({ detail }: { readonly detail: ConfigTargetDetail }) {
  const { releases, live, canary, draft, rollout, instances } = detail;
  const summaryOf = (id: string | undefined) => releases.find((one) => one.releaseId === id) ?? null;
  const onCanary = instances.filter(({ runs }) => runs !== null && runs === canary?.releaseId).length;
  const onLive = instances.filter(({ runs }) => runs !== null && runs === live?.releaseId).length;
  const now = useNow(1_000);
  const href = useHref();
  return (
    <div className="grid shrink-0 grid-cols-3 divide-x border-b">
      <Side title="Live" release={summaryOf(live?.releaseId)} none="No release is served." now={now}>
        {live === null ? null : (
          <p className="text-fg-2">
            {plural(onLive, 'instance')} of {instances.length} run it
          </p>
        )}
      </Side>
      <Side title="Draft" release={null} none={draft === null ? 'Nobody is editing.' : ''} now={now}>
        {draft === null ? null : (
          <p className="text-fg-2" suppressHydrationWarning>
            {draft.author}, {now === 0 ? '' : agoText(draft.updatedAt, now)}
          </p>
        )}
      </Side>
      <Side
        title="Canary"
        release={summaryOf(canary?.releaseId)}
        none={rollout === null ? 'No rollout is under way.' : ''}
        now={now}
      >
        {canary === null ? null : (
          <p className="text-fg-2">
            {plural(onCanary, 'instance')} of {instances.length} run it
          </p>
        )}
        {rollout === null ? null : (
          <p>
            <Link href={href('/rollouts', { rollout: rollout.rolloutId })} className="rounded-mark hover:underline">
              <StatusMark tone={STATE_TONES[rollout.state]} className="whitespace-normal!">
                {rolloutWords(rollout)}
              </StatusMark>
            </Link>
          </p>
        )}
      </Side>
    </div>
  );
}

interface SideProps {
  readonly title: string;
  readonly release: ReleaseSummary | null;
  readonly none: string;
  readonly now: number;
  readonly children: React.ReactNode;
}

function Side({ title, release, none, now, children }: SideProps) {
  return (
    <div className="min-w-0 px-3 py-2">
      <h3 className="text-fg-3 text-meta">{title}</h3>
      {release === null ? (
        none === '' ? null : (
          <p className="text-fg-3">{none}</p>
        )
      ) : (
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="mono font-semibold">{release.semver}</span>
          <span className="text-fg-2 text-meta" suppressHydrationWarning>
            {release.author}, {now === 0 ? '' : agoText(release.createdAt, now)}
          </span>
        </p>
      )}
      {children}
      {release === null || release.note === '' ? null : <p className="truncate text-fg-2">{release.note}</p>}
    </div>
  );
}
