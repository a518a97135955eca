/**
 * Drills on the members that this launcher runs. Each heals by itself:
 *
 * - kill: the launcher starts the member again; if the launcher dies, all members leave and its next start starts them;
 * - pause: a guard process stops the member and lets it go on, in time or when the launcher is gone (pause-guard.ts); if both are killed,
 *   the next start does (paused-members.ts);
 * - isolate, slowDisk: the member does it to itself and ends it by its own clock (server/store/start/drills.ts).
 *
 * One drill per member at a time; several members may have one, also more than a quorum can bear: that is what is to be learnt.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { DrillChange, DrillOrder, DrillSupervisor, RunningDrill } from '../console/drills/supervisor.ts';
import type { PauseRecords } from './paused-members.ts';

/** A member that does not say in time that it healed is told to. */
const OVERDUE_MS = 1_000;
const GUARD_MS_MAX = 5_000;

/** What drills need of a member's process. */
export interface DrilledMember {
  readonly name: string;
  readonly pid: number | undefined;
  holdDown(untilMs: number): void;
  letUp(): void;
  order(message: object): Promise<unknown>;
  onAnswer(listener: (answer: unknown) => void): void;
  onExit(listener: () => void): void;
}

interface Entry {
  readonly drill: RunningDrill;
  readonly timer: NodeJS.Timeout;
  /** Undoes it. */
  readonly undo: () => Promise<void>;
}

export class MemberDrills implements DrillSupervisor {
  readonly #members: ReadonlyMap<string, DrilledMember>;
  readonly #entries = new Map<string, Entry>();
  /** Between the order and its being in force. */
  readonly #beginning = new Set<string>();
  readonly #listeners = new Set<(change: DrillChange) => void>();
  readonly #records: Pick<PauseRecords, 'write' | 'remove'>;

  constructor(members: readonly DrilledMember[], records: Pick<PauseRecords, 'write' | 'remove'>) {
    this.#records = records;
    this.#members = new Map(members.map((member) => [member.name, member]));
    for (const member of members) {
      member.onExit(() => {
        const kind = this.#entries.get(member.name)?.drill.kind;
        if (kind === 'pause') this.#records.remove(member.name);
        if (kind !== 'kill') this.#end(member.name, 'memberEnded');
      });
      member.onAnswer((answer) => {
        if (isAnswer(answer, 'healed')) this.#end(member.name, 'inTime');
      });
    }
  }

  get running(): readonly RunningDrill[] {
    return [...this.#entries.values()].map(({ drill }) => drill);
  }

  onChange(listener: (change: DrillChange) => void): void {
    this.#listeners.add(listener);
  }

  refusalOf({ kind, member: name }: Pick<DrillOrder, 'kind' | 'member'>): string | null {
    const member = this.#members.get(name);
    if (member === undefined) return `${name} is not run by this program`;
    if (this.#entries.has(name) || this.#beginning.has(name)) return `a drill on ${name} is under way`;
    if (member.pid === undefined) return `${name} does not run`;
    if (kind === 'pause' && process.platform === 'win32') return 'Windows cannot stop a process and let it go on';
    return null;
  }

  async begin(order: DrillOrder): Promise<RunningDrill> {
    const refusal = this.refusalOf(order);
    const member = this.#members.get(order.member);
    if (refusal !== null || member === undefined) throw new Error(refusal ?? 'there is no such member');
    this.#beginning.add(order.member);
    try {
      const startedAt = Date.now();
      const healsAt = startedAt + order.forMs;
      const undo = await this.#inflict(order, member, healsAt);
      const drill: RunningDrill = { ...order, startedAt, healsAt };
      const overdueMs = order.kind === 'isolate' || order.kind === 'slowDisk' ? OVERDUE_MS : 0;
      const timer = setTimeout(() => void this.#undo(order.member, 'inTime'), healsAt - Date.now() + overdueMs);
      this.#entries.set(order.member, { drill, timer, undo });
      this.#tell({ type: 'began', drill });
      return drill;
    } finally {
      this.#beginning.delete(order.member);
    }
  }

  /** Resolves, when it is in force, with how to undo it. @throws Error */
  async #inflict(order: DrillOrder, member: DrilledMember, healsAt: number): Promise<() => Promise<void>> {
    switch (order.kind) {
      case 'kill':
        member.holdDown(healsAt);
        return async () => member.letUp();
      case 'pause':
        return this.#pause(member, order.forMs);
      case 'isolate':
        return ordered(member, { drill: 'isolate', forMs: order.forMs });
      case 'slowDisk':
        return ordered(member, { drill: 'slowDisk', forMs: order.forMs, delayMs: order.delayMs });
    }
  }

  /** Recorded as long as it may stand still. */
  async #pause(member: DrilledMember, forMs: number): Promise<() => Promise<void>> {
    const { name, pid } = member;
    if (pid === undefined) throw new Error(`${name} does not run`);
    this.#records.write(name, pid);
    try {
      const resume = await pause(member, forMs);
      return async () => {
        await resume();
        this.#records.remove(name);
      };
    } catch (error) {
      this.#records.remove(name);
      throw error;
    }
  }

  async heal(member: string): Promise<void> {
    await this.#undo(member, 'early');
  }

  /** Heals everything: stopped members would not hear that they are to stop. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#entries.keys()].map((member) => this.#undo(member, 'early')));
  }

  async #undo(member: string, how: 'inTime' | 'early'): Promise<void> {
    const entry = this.#entries.get(member);
    if (entry === undefined) return;
    // Ended before it is undone, so that what the undoing causes does not end it a second time.
    this.#end(member, how);
    await entry.undo();
  }

  #end(member: string, how: 'inTime' | 'early' | 'memberEnded'): void {
    const entry = this.#entries.get(member);
    if (entry === undefined) return;
    clearTimeout(entry.timer);
    this.#entries.delete(member);
    this.#tell({ type: 'ended', drill: entry.drill, how });
  }

  #tell(change: DrillChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

async function ordered(member: DrilledMember, message: object): Promise<() => Promise<void>> {
  const answer = await member.order(message);
  if (!isAnswer(answer, 'began')) throw new Error(`${member.name} refused: ${JSON.stringify(answer)}`);
  return async () => {
    // Gone meanwhile: it starts again healthy.
    if (member.pid !== undefined) await member.order({ drill: 'heal' });
  };
}

const isAnswer = (answer: unknown, drill: 'began' | 'healed'): boolean =>
  typeof answer === 'object' && answer !== null && 'drill' in answer && answer.drill === drill;

async function pause(member: DrilledMember, forMs: number): Promise<() => Promise<void>> {
  // A group of its own: it must survive what ends the launcher.
  const guard = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'pause-guard.ts'), String(member.pid), String(forMs)],
    { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], detached: true },
  );
  const { pid } = member;
  const gone = new Promise<void>((resolve) => guard.once('exit', () => resolve()));
  await inForce(guard, member.name);
  return async () => {
    if (guard.connected) guard.disconnect();
    await gone;
    // Somebody may have killed the guard.
    if (pid !== undefined && member.pid === pid) process.kill(pid, 'SIGCONT');
  };
}

function inForce(guard: ChildProcess, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(late);
      guard.kill('SIGTERM');
      reject(new Error(`${name} could not be paused: ${why}`));
    };
    const late = setTimeout(() => fail('its guard did not start in time'), GUARD_MS_MAX);
    guard.once('message', () => {
      clearTimeout(late);
      resolve();
    });
    guard.once('error', (cause) => fail(cause.message));
    guard.once('exit', (code) => fail(`its guard ended with exit code ${code}`));
  });
}
