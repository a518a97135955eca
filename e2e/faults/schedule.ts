/**
 * What goes wrong in one round, drawn from its seed: first the leader is killed alone, so that the time without one can be measured; then
 * one or two further faults, all kinds in turn over the rounds. `heal` ends everything.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Prng } from '../../lib/base/prng.ts';
import type { DrillCluster, DrillMember } from './drill-members.ts';
import type { LinkRule } from './peer-proxy.ts';
import { now } from './recorder.ts';

const DOWN_MS_MAX = 1500;
const FAULT_MS_MIN = 800;
const FAULT_MS_MAX = 3000;
const LEADER_WAIT_MS_MAX = 15_000;
const LOOK_MS = 50;

const REFUSED: LinkRule = { state: 'refused', delayMs: 0, bytesPerSecond: undefined };
const STOPPED: LinkRule = { state: 'stopped', delayMs: 0, bytesPerSecond: undefined };

/** `begin` starts a fault; what it resolves to ends it. */
type Fault = (scene: Scene) => Promise<() => Promise<void>>;

interface Scene {
  readonly cluster: DrillCluster;
  readonly prng: Prng;
  readonly leader: DrillMember;
  /** A random member that does not lead. */
  readonly follower: DrillMember;
}

const nothing = async (): Promise<void> => {};

const FAULTS: Readonly<Record<string, Fault>> = {
  killFollower: async ({ follower }) => {
    await follower.kill();
    return nothing;
  },
  killLeader: async ({ leader }) => {
    await leader.kill();
    return nothing;
  },
  killAll: async ({ cluster }) => {
    await Promise.all(cluster.members.map((member) => member.kill()));
    return nothing;
  },
  killMajority: async ({ cluster, leader, follower }) => {
    const others = cluster.members.filter((member) => member !== leader && member !== follower);
    const victims = [leader, follower, ...others].slice(0, Math.floor(cluster.members.length / 2) + 1);
    await Promise.all(victims.map((member) => member.kill()));
    return nothing;
  },
  stopLeader: async ({ leader }) => {
    leader.stop();
    return async () => leader.resume();
  },
  stopFollower: async ({ follower }) => {
    follower.stop();
    return async () => follower.resume();
  },
  isolateLeader: async ({ cluster, leader }) => isolate(cluster, [leader], STOPPED),
  isolateFollower: async ({ cluster, follower }) => isolate(cluster, [follower], STOPPED),
  splitWithLeaderInMinority: async ({ cluster, leader, follower }) =>
    isolate(cluster, cluster.members.length > 3 ? [leader, follower] : [leader], STOPPED),
  leaderUnheard: async ({ cluster, leader }) => isolate(cluster, [leader], STOPPED, 'out'),
  leaderDeaf: async ({ cluster, leader }) => isolate(cluster, [leader], STOPPED, 'in'),
  refusedConnections: async ({ cluster, follower }) => isolate(cluster, [follower], REFUSED),
  refusedByLeader: async ({ cluster, leader }) => isolate(cluster, [leader], REFUSED, 'in'),
  slowLinks: async ({ cluster, prng }) => {
    const rule: LinkRule = { state: 'open', delayMs: prng.int(30, 150), bytesPerSecond: undefined };
    for (const to of cluster.members) for (const from of cluster.members) cluster.link(from, to, rule);
    return async () => cluster.openAllLinks();
  },
  narrowLink: async ({ cluster, leader, follower, prng }) => {
    cluster.link(leader, follower, { state: 'open', delayMs: 10, bytesPerSecond: prng.int(4, 64) * 1024 });
    return async () => cluster.openAllLinks();
  },
  fullDisk: async ({ cluster }) => {
    const disk = cluster.members.find((member) => member.disk !== undefined)?.disk;
    disk?.fill();
    return async () => disk?.empty();
  },
};

async function isolate(
  cluster: DrillCluster,
  inside: readonly DrillMember[],
  rule: LinkRule,
  way: 'both' | 'in' | 'out' = 'both',
): Promise<() => Promise<void>> {
  for (const member of inside) {
    for (const other of cluster.members.filter((candidate) => !inside.includes(candidate))) {
      if (way !== 'in') cluster.link(member, other, rule);
      if (way !== 'out') cluster.link(other, member, rule);
    }
  }
  return async () => cluster.openAllLinks();
}

/** The names of all faults that this cluster can suffer. */
export const faultNames = (cluster: DrillCluster): readonly string[] =>
  Object.keys(FAULTS).filter((name) => name !== 'fullDisk' || cluster.members.some(({ disk }) => disk !== undefined));

export interface Suffered {
  readonly names: readonly string[];
  /** When the leader was killed alone. */
  readonly leaderKilledAt: number;
}

/** @param names the faults of this round, after the leader's death */
export async function suffer(cluster: DrillCluster, prng: Prng, names: readonly string[]): Promise<Suffered> {
  const leader = await untilLeader(cluster);
  const leaderKilledAt = now();
  await leader.kill();
  // Long enough for the others to elect and for the measurement to see it, with the dead one still dead.
  await sleep(prng.int(DOWN_MS_MAX, DOWN_MS_MAX * 2));
  await leader.revive();
  const ends: (() => Promise<void>)[] = [];
  for (const name of names) {
    const scene = await drawScene(cluster, prng);
    const end = await FAULTS[name]?.(scene);
    if (end !== undefined) ends.push(end);
    await sleep(prng.int(FAULT_MS_MIN, FAULT_MS_MAX));
    // Some faults meet the next one, others are over before it.
    if (prng.chance(0.6)) await endAll(cluster, ends);
  }
  await endAll(cluster, ends);
  return { names, leaderKilledAt };
}

/** Ends all faults: every link open, every disk with room, every process running. */
async function endAll(cluster: DrillCluster, ends: (() => Promise<void>)[]): Promise<void> {
  for (const end of ends.splice(0)) await end();
  await Promise.all(cluster.members.map((member) => member.revive()));
}

async function drawScene(cluster: DrillCluster, prng: Prng): Promise<Scene> {
  // Without a leader the fault hits whom it may: waiting for one would make every fault a clean one.
  const leader = (await cluster.leader()) ?? prng.pick(cluster.members);
  const follower = prng.pick(cluster.members.filter((member) => member !== leader));
  return { cluster, prng, leader, follower };
}

export async function untilLeader(cluster: DrillCluster): Promise<DrillMember> {
  const deadline = now() + LEADER_WAIT_MS_MAX;
  for (;;) {
    const leader = await cluster.leader();
    if (leader !== undefined) return leader;
    if (now() > deadline) throw new Error(`no leader for ${LEADER_WAIT_MS_MAX} ms${outputs(cluster)}`);
    await sleep(LOOK_MS);
  }
}

const OUTPUT_CHARS_SHOWN = 2000;
const outputs = (cluster: DrillCluster): string =>
  cluster.members.map(({ name, output }) => `\n${name}: ${output.slice(-OUTPUT_CHARS_SHOWN)}`).join('');
