/**
 * The arithmetic of the revision bar: revisions to pixels and back. Pure; the component draws what this computes.
 *
 * What compaction took stands at the left in a strip of fixed width, hatched, because its length says nothing an operator can use and
 * would squeeze what can still be read. The retained revisions share the rest evenly, up to the current one at the right end.
 */
import type { ConfigMark } from '../../lib/api/config-marks.ts';
import type { RecentDrill } from '../../lib/api/drill-types.ts';
import type { LeaderChange, RevisionView } from '../../lib/api/types.ts';
import { clockMinute, clockTime } from '../../lib/format/time.ts';

export interface TrackMark {
  readonly x: number;
  readonly change: LeaderChange;
}

/** What moved in configuration at about one pixel, oldest first. */
export interface ConfigSpot {
  readonly x: number;
  readonly marks: readonly ConfigMark[];
}

/** A drill, from where it began to where it ended. */
export interface DrillSpan {
  readonly x: number;
  readonly width: number;
  readonly drill: RecentDrill;
}

export interface TrackTick {
  readonly x: number;
  readonly label: string;
}

export interface TrackLayout {
  readonly width: number;
  /** Right edge of the hatched strip; 0 when nothing was compacted. */
  readonly hatchedTo: number;
  /** Left of it revisions are read from the store, right of it the console remembers them; null: nothing to tell apart. */
  readonly rememberedX: number | null;
  /** The oldest revision that can be read, and the newest. */
  readonly oldest: number;
  readonly current: number;
  readonly marks: readonly TrackMark[];
  readonly spots: readonly ConfigSpot[];
  readonly drills: readonly DrillSpan[];
  readonly ticks: readonly TrackTick[];
  readonly xOf: (revision: number) => number;
  /** The retained revision nearest to a pixel. */
  readonly revisionAt: (x: number) => number;
}

export const HATCH_PX = 40;
const DRILL_PX_MIN = 6;
const TICK_GAP_PX = 72;
/** The words above the hatched strip: no tick runs through them. */
const HATCH_LABEL_PX = 170;
/** Ticks stand at such distances in time. */
const TICK_STEPS_MS = [10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 21_600_000, 86_400_000];

export interface TrackInput {
  readonly view: RevisionView;
  readonly leaderChanges: readonly LeaderChange[];
  /** Oldest first. */
  readonly configMarks: readonly ConfigMark[];
  readonly drills: readonly RecentDrill[];
  readonly width: number;
}

export function layoutTrack({ view, leaderChanges, configMarks, drills, width }: TrackInput): TrackLayout {
  const compacted = Number(view.compacted);
  const current = Math.max(1, Number(view.current));
  // etcd answers reads at the compacted revision itself; only those below are gone.
  const oldest = Math.max(1, compacted);
  const hatchedTo = compacted > 1 ? Math.min(HATCH_PX, width / 4) : 0;
  // Two lines of arithmetic: a library of scales would be a tenth of what every page loads first.
  const span = Math.max(1, current - oldest);
  const room = Math.max(1, width - hatchedTo);
  const share = (revision: number): number => Math.min(1, Math.max(0, (revision - oldest) / span));
  const xOf = (revision: number): number => (current === oldest ? width : hatchedTo + share(revision) * room);
  const revisionAt = (x: number): number =>
    Math.min(current, Math.max(oldest, Math.round(oldest + ((x - hatchedTo) / room) * span)));
  const marks = leaderChanges
    .filter((change) => Number(change.revision) >= oldest)
    .map((change) => ({ x: xOf(Number(change.revision)), change }));
  return {
    width,
    hatchedTo,
    rememberedX: view.remembered === null || Number(view.remembered) <= oldest ? null : xOf(Number(view.remembered)),
    oldest,
    current,
    marks,
    spots: spotsOf(configMarks, { oldest, current, xOf }),
    drills: drills.flatMap((drill): DrillSpan[] => {
      const to = Number(drill.toRevision ?? current);
      if (to < oldest) return [];
      // Nothing may have been written meanwhile: it is seen all the same, and stays within the track.
      const x = Math.min(xOf(Number(drill.fromRevision)), width - DRILL_PX_MIN);
      return [{ x, width: Math.max(DRILL_PX_MIN, xOf(to) - x), drill }];
    }),
    ticks: timeTicks(view, xOf, { from: hatchedTo === 0 ? 0 : HATCH_LABEL_PX, to: width }),
    xOf,
    revisionAt,
  };
}

/** A rollout that was taken back. */
export const hasFailed = ({ kind, state }: ConfigMark): boolean =>
  kind === 'ended' && (state === 'ROLLED_BACK' || state === 'REVERTED');

/** Closer than this they are one spot: a release and its rollout often are. */
const SPOT_PX = 6;

function spotsOf(
  marks: readonly ConfigMark[],
  { oldest, current, xOf }: Pick<TrackLayout, 'oldest' | 'current' | 'xOf'>,
): readonly ConfigSpot[] {
  const spots: { readonly x: number; readonly marks: ConfigMark[] }[] = [];
  for (const mark of marks) {
    const revision = Number(mark.revision);
    if (revision < oldest || revision > current) continue;
    const x = xOf(revision);
    const last = spots.at(-1);
    if (last !== undefined && x - last.x < SPOT_PX) last.marks.push(mark);
    else spots.push({ x, marks: [mark] });
  }
  return spots;
}

/** Round times, each at the first revision the console saw after it; never closer than TICK_GAP_PX. */
function timeTicks(
  view: RevisionView,
  xOf: (revision: number) => number,
  span: { readonly from: number; readonly to: number },
): readonly TrackTick[] {
  const first = view.times[0];
  const last = view.times.at(-1);
  if (first === undefined || last === undefined || last.at <= first.at) return [];
  const room = Math.max(1, Math.floor((span.to - span.from) / TICK_GAP_PX));
  const step = TICK_STEPS_MS.find((one) => (last.at - first.at) / one <= room) ?? 86_400_000;
  const found: TrackTick[] = [];
  for (let moment = Math.ceil(first.at / step); moment <= last.at / step; moment++) {
    const pair = view.times.find((one) => one.at >= moment * step);
    if (pair === undefined) continue;
    const x = xOf(Number(pair.revision));
    const before = found.at(-1);
    if (x < span.from + 4 || x > span.to - TICK_GAP_PX || (before !== undefined && x - before.x < TICK_GAP_PX))
      continue;
    found.push({ x, label: step < 60_000 ? clockTime(moment * step) : clockMinute(moment * step) });
  }
  return found;
}

/** Where a key moves the pinned revision; null where the key does not belong to the track. The current revision means "live". */
export function revisionAfterKey(
  key: string,
  at: number,
  { oldest, current }: Pick<TrackLayout, 'oldest' | 'current'>,
): number | null {
  const leap = Math.max(1, Math.round((current - oldest) / 10));
  const target: Readonly<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowDown: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at + 1,
    PageDown: at - leap,
    PageUp: at + leap,
    Home: oldest,
    End: current,
  };
  const next = target[key];
  return next === undefined ? null : Math.min(current, Math.max(oldest, next));
}
