'use client';

import type { RolloutDetail } from '../../lib/api/config-types.ts';
import type { VerdictKind } from '../../lib/config/gate.ts';
import { isArray, isObject } from '../../lib/config/json.ts';
import { UNCONFIRMED_MAX } from '../../lib/config/rollout.ts';
import { isExposing } from '../../lib/config/rollout-document.ts';
import { agoText, clockTime, durationText } from '../../lib/format/time.ts';
import { useNow } from '../shell/use-live.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { StatusMark, type Tone } from '../ui/badge.tsx';
import { CLASS_WORDS } from './fleet-map.tsx';

const CULPRITS_SHOWN = 5;
/** AppConfig's window for the same. */
const REVERT_MS = 72 * 3_600_000;

const TONES: Readonly<Record<VerdictKind, Tone>> = {
  OK: 'good',
  WAIT: 'accent',
  INCONCLUSIVE: 'risk',
  FAIL_TICK: 'bad',
  FAIL: 'bad',
};
const WORDS: Readonly<Record<VerdictKind, string>> = {
  OK: 'Passing',
  WAIT: 'Waiting',
  INCONCLUSIVE: 'Inconclusive',
  FAIL_TICK: 'Failing',
  FAIL: 'Failed',
};

/** What the gate says and why, how long it has been observed, and whether anybody is watching at all. */
export function VerdictPanel({ detail }: { readonly detail: RolloutDetail }) {
  const { rollout } = detail;
  const { verdict } = rollout;
  return (
    <div className="flex flex-col gap-3">
      <p>{rollout.reason}</p>
      {verdict === null ? (
        <p className="text-fg-3">The gate has not been evaluated yet.</p>
      ) : (
        <div>
          <StatusMark tone={TONES[verdict.kind]} className="whitespace-normal! font-semibold">
            {WORDS[verdict.kind]}
          </StatusMark>
          {verdict.why === rollout.reason ? null : <p className="text-fg-2">{verdict.why}</p>}
        </div>
      )}
      {isExposing(rollout.state) ? <Observed detail={detail} /> : null}
      {verdict === null ? null : <Counts detail={detail} />}
      <Culprits detail={detail} />
      <Safe detail={detail} />
      <WayBack detail={detail} />
      <Supervised detail={detail} />
    </div>
  );
}

/** "Observed 4:10 of 5:00": by the console's clock, from the moment the controller wrote. */
function Observed({ detail }: { readonly detail: RolloutDetail }) {
  const { rev } = usePinnedRevision();
  const tick = useNow(1_000);
  const { rollout } = detail;
  const now = Math.min(rev === null ? tick : detail.now, lookedUntil(rollout));
  const wanted =
    rollout.state === 'BAKING'
      ? rollout.plan.bakeSeconds
      : (rollout.plan.phases[rollout.phaseIndex]?.observeSeconds ?? 0);
  const seen = rollout.okSince === null || now === 0 ? 0 : Math.min(wanted * 1000, Math.max(0, now - rollout.okSince));
  const left = rollout.deadlineAt === null || now === 0 ? null : rollout.deadlineAt - now;
  if (rollout.state === 'PAUSED')
    return <p className="text-fg-2">Paused: clocks stand still. A failure still turns it back.</p>;
  return (
    <div>
      <p suppressHydrationWarning>
        Observed <span className="mono">{durationText(seen)}</span> of{' '}
        <span className="mono">{durationText(wanted * 1000)}</span>
      </p>
      <progress
        className="mt-1 h-1.5 w-full accent-accent"
        max={Math.max(1, wanted * 1000)}
        value={wanted === 0 ? 1 : seen}
        aria-label="Observed without a doubt"
      />
      {left === null ? null : (
        <p className="text-fg-3 text-meta" suppressHydrationWarning>
          {left > 0 ? `${durationText(left)} until it must have passed` : 'the deadline has passed'}
        </p>
      )}
    </div>
  );
}

/** Nobody can tell how it was after that: no more of it may be called observed. */
const lookedUntil = ({ lastEvalAt, plan }: RolloutDetail['rollout']): number =>
  lastEvalAt === null ? Number.POSITIVE_INFINITY : lastEvalAt + 2 * plan.gate.evalIntervalSeconds * 1000;

function Counts({ detail }: { readonly detail: RolloutDetail }) {
  const counts = detail.rollout.verdict?.counts;
  if (counts === undefined) return null;
  const shown = (Object.keys(counts) as (keyof typeof counts)[]).filter((one) => counts[one] > 0);
  return (
    <dl className="grid grid-cols-[1fr_auto] gap-x-3">
      {shown.map((one) => (
        <div key={one} className="contents">
          <dt className="text-fg-2">{CLASS_WORDS[one]}</dt>
          <dd className="mono text-right">{counts[one]}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Who turned it back and why, as the controller saw it then: by now they may long be well again. */
function Culprits({ detail }: { readonly detail: RolloutDetail }) {
  if (detail.rollout.rollbackAt === null) return null;
  const named = detail.log.flatMap(({ evidence }) =>
    isObject(evidence) && isArray(evidence.instances) ? evidence.instances.filter(isObject) : [],
  );
  if (named.length === 0) return null;
  return (
    <ul aria-label="Who turned it back" className="flex flex-col gap-1">
      {named.slice(0, CULPRITS_SHOWN).map(({ instanceId, why }) => (
        <li key={String(instanceId)} className="[overflow-wrap:anywhere]">
          <span className="mono">{String(instanceId).split('/').at(-1)}</span>{' '}
          <span className="text-bad">{String(why)}</span>
        </li>
      ))}
      {named.length > CULPRITS_SHOWN ? (
        <li className="text-fg-3">{named.length - CULPRITS_SHOWN} more in the events</li>
      ) : null}
    </ul>
  );
}

/** How long from the decision to turn back until the last live instance had confirmed. */
function Safe({ detail }: { readonly detail: RolloutDetail }) {
  const { rollbackAt, endedAt, state, unconfirmed } = detail.rollout;
  const now = useNow(1_000);
  if (rollbackAt === null) return null;
  if (state === 'ROLLING_BACK') {
    return (
      <StatusMark tone="bad" className="whitespace-normal!">
        <span suppressHydrationWarning>Rolling back for {now === 0 ? '' : durationText(now - rollbackAt)}</span>
      </StatusMark>
    );
  }
  if (endedAt === null) return null;
  const isCut = unconfirmed.length === UNCONFIRMED_MAX;
  return (
    <p>
      Safe after <span className="mono font-semibold">{durationText(endedAt - rollbackAt)}</span>
      {unconfirmed.length === 0
        ? ': every live instance confirmed.'
        : `, but without a word from ${unconfirmed.slice(0, CULPRITS_SHOWN).join(', ')}${
            unconfirmed.length > CULPRITS_SHOWN
              ? ` and others, ${unconfirmed.length}${isCut ? ' or more' : ''} in all`
              : ''
          }.`}
    </p>
  );
}

/** While a release is kept its successor can be taken back; after three days that is no small thing any more. */
function WayBack({ detail: { rollout, stable } }: { readonly detail: RolloutDetail }) {
  const now = useNow(60_000);
  if (rollout.state !== 'COMPLETED' || rollout.endedAt === null || stable === null || now === 0) return null;
  const isLong = now - rollout.endedAt > REVERT_MS;
  return (
    <p className="text-fg-2">
      Completed {agoText(rollout.endedAt, now)}
      {isLong ? ': programs may have come to rely on it.' : '.'} Revert goes back to{' '}
      <span className="mono">{stable.semver}</span> in one step, without a gate.
    </p>
  );
}

function Supervised({ detail }: { readonly detail: RolloutDetail }) {
  const { supervision, rollout } = detail;
  if (!isExposing(rollout.state) && rollout.state !== 'ROLLING_BACK') return null;
  // Told above everything else (standstill.tsx).
  if (supervision.leader === null) return null;
  return (
    <p className="text-fg-3 text-meta [overflow-wrap:anywhere]">
      Supervised by {supervision.leader}
      {rollout.lastEvalAt === null ? '' : `, last written at ${clockTime(rollout.lastEvalAt)}`}
    </p>
  );
}
