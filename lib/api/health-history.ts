/** Puts what the console sends of the members' history together, so that only what is new travels. Pure. */
import type { HealthWindow, MemberLane } from './health-types.ts';

type Columns = Omit<MemberLane, 'id' | 'name' | 'metrics'>;
const COLUMNS: readonly (keyof Columns)[] = [
  'role',
  'term',
  'commitLag',
  'applyLag',
  'roundTripMs',
  'fsyncP99Ms',
  'commitP99Ms',
  'dbBytes',
  'dbInUseBytes',
  'alarms',
  'version',
];

/** From where on the next read is to tell; 0: everything. */
export const knownUpTo = (known: HealthWindow | undefined): number => known?.at.at(-1) ?? 0;

/** @param fresh was read with `after` = knownUpTo(known). What is older than the window keeps goes. */
export function mergeHistory(known: HealthWindow | undefined, fresh: HealthWindow): HealthWindow {
  const after = knownUpTo(known);
  if (known === undefined || after === 0) return fresh;
  const oldest = (fresh.at.at(-1) ?? after) - fresh.keptMs;
  const kept = known.at.findIndex((at) => at > oldest);
  const from = kept === -1 ? known.at.length : kept;
  const oldAt = known.at.slice(from);
  return {
    everyMs: fresh.everyMs,
    keptMs: fresh.keptMs,
    at: [...oldAt, ...fresh.at],
    members: fresh.members.map((lane) =>
      joined(
        known.members.find(({ id }) => id === lane.id),
        lane,
        from,
        oldAt.length,
      ),
    ),
    compaction: fresh.compaction,
    marks: [...known.marks.filter(({ at }) => at > oldest && at <= after), ...fresh.marks],
  };
}

function joined(before: MemberLane | undefined, lane: MemberLane, from: number, oldLength: number): MemberLane {
  const columns = COLUMNS.map((name) => {
    const old: readonly unknown[] = before?.[name].slice(from) ?? new Array<null>(oldLength).fill(null);
    return [name, [...old, ...lane[name]]] as const;
  });
  return { ...lane, ...(Object.fromEntries(columns) as unknown as Columns) };
}
