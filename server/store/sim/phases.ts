/**
 * What every run is made of, whichever stack: a safety phase under faults, then a quorum is healed and must owe nothing within a bound.
 */
import { AssertionError } from '../../../lib/base/assert.ts';
import { SimulationViolation, type World } from './world.ts';

/** A healed cluster must owe nothing by then: many election timeouts. */
const LIVENESS_TICKS_MAX = 600;
/** How members' clocks run: 1.1: its second lasts 1.1 seconds of the world. */
export const CLOCK_RATES: readonly number[] = [0.9, 1, 1, 1, 1.1];

export interface RunOptions {
  readonly print?: (line: string) => void;
  readonly mutation?: string;
}

export interface SeedResult<Parameters, Counts = Readonly<Record<string, number>>> {
  readonly seed: number;
  readonly parameters: Parameters;
  /** Of the whole trace, 16 hex digits. */
  readonly hash: string;
  /** Undefined when every property held. */
  readonly violation: string | undefined;
  readonly counts: Counts;
}

/** What acts of its own accord, until it is stopped or for good. */
export interface Part {
  start(): void;
  stop?(): void;
}

export interface Phases<Member> {
  readonly world: World;
  readonly durationMs: number;
  /** Started first, and ended by nobody. */
  readonly members: readonly Pick<Startable, 'start'>[];
  /** In the order of their start. */
  readonly parts: readonly Part[];
  readonly tickMs: number;
  /** How often the liveness phase looks. */
  readonly probeMs: number;
  /** Ends all faults; who must agree from now on. */
  heal(): readonly Member[];
  /** Before each look. */
  probe(core: readonly Member[]): void;
  /** In words; undefined: nothing, the run is over. */
  owes(core: readonly Member[]): string | undefined;
}

/** Runs to the end; returns the violation, if there was one. */
export function runPhases<Member>(phases: Phases<Member>): string | undefined {
  try {
    for (const started of [...phases.members, ...phases.parts]) started.start();
    phases.world.queue.runUntil(phases.durationMs);
    for (const part of phases.parts) part.stop?.();
    mustConverge(phases, phases.heal());
    return undefined;
  } catch (error) {
    // Only what a check or an assertion of the store says is a finding; anything else is a fault of the simulator.
    if (error instanceof SimulationViolation || error instanceof AssertionError) return error.message;
    throw error;
  }
}

function mustConverge<Member>(phases: Phases<Member>, core: readonly Member[]): void {
  const { queue } = phases.world;
  const deadline = queue.now + LIVENESS_TICKS_MAX * phases.tickMs;
  let owed: string | undefined = 'nothing was looked at';
  while (queue.now < deadline) {
    phases.probe(core);
    queue.runUntil(queue.now + phases.probeMs);
    owed = phases.owes(core);
    if (owed === undefined) return;
  }
  throw new SimulationViolation(`no progress within ${LIVENESS_TICKS_MAX} ticks of healing: ${owed}`);
}

interface Startable {
  isUp(): boolean;
  start(): void;
  crash(): void;
}

/** `core` runs, the others do not. */
export function runOnly<Member extends Startable>(all: readonly Member[], core: readonly Member[]): void {
  for (const member of all) {
    if (!core.includes(member) && member.isUp()) member.crash();
    if (core.includes(member) && !member.isUp()) member.start();
  }
}

/** What a run with these options is: `run` with the mutation in force, which leaves no trace. @throws RangeError for an unknown one */
export function withMutation<Mutation extends { readonly patch?: () => () => void }, Result>(
  mutations: Readonly<Record<string, Mutation>>,
  name: string | undefined,
  run: (mutation: Mutation | undefined) => Result,
): Result {
  const mutation = name === undefined ? undefined : mutations[name];
  if (name !== undefined && mutation === undefined)
    throw new RangeError(`unknown mutation ${name}; known: ${Object.keys(mutations).join(', ')}`);
  const restore = mutation?.patch?.();
  try {
    return run(mutation);
  } finally {
    restore?.();
  }
}
