/**
 * Carries out a plan in guarded transactions, and knows at every moment exactly what was done.
 *
 * Invariants (bulk.test.ts):
 * - a unit happens in one transaction whose guards all hold, or not at all; each unit ends in exactly one account: done,
 *   already as wanted, or refused with the reason;
 * - a transaction whose outcome is unknown is looked up in the store before anything is sent again, so nothing is written
 *   twice and nothing that was written is called not done;
 * - a failure stops it between two transactions; running it again goes on with what is left;
 * - each step works through the session that stands when it begins: what the user may not do any more the store refuses.
 */
import type { BulkProblem } from '../../../lib/api/bulk-types.ts';
import { type ByteString, EMPTY_BYTES, equalBytes, fromByteString, toByteString } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { byteStringToWire } from '../../../lib/keys/wire-bytes.ts';
import { EngineError, type GuardedWrite, type StoredKey } from '../../engines/engine.ts';
import { refusedKeys } from '../config/key-policy.ts';
import type { StoreContext } from '../operations/context.ts';
import { bytesOf, type PlannedUnit, type PlannedValue, type PlannedWrite } from './plan.ts';
import type { StepGate } from './step-gate.ts';
import { readValues } from './value-reader.ts';

/** etcd's default bound on operations in one transaction. A server that allows fewer says so, and gets fewer. */
export const TXN_OPS_MAX = 128;
/** etcd refuses requests above 1.5 MiB by default; guards and framing need room too. */
const TXN_BYTES_MAX = 1024 * 1024;
/** Transactions that fail without having been sent are tried again, a little later each time. */
const TRIES_MAX = 5;
const RETRY_MS = 200;
const FOLLOW_MS = 2_000;
/** What a guard and an operation cost besides key and value. */
const WRITE_OVERHEAD_BYTES = 64;
/** A key that changes under every attempt is left to whoever changes it. */
const ROUNDS_MAX = 5;

export interface RunnerAccount {
  /** Writes whose unit happened. */
  done(writes: number, revision: number): void;
  already(writes: number): void;
  refused(problems: readonly BulkProblem[]): void;
}

/** Where it works: both are the same for all jobs of a store. */
export interface RunnerPlace {
  /** Of the session that stands now. */
  readonly context: () => StoreContext;
  readonly gate: StepGate;
}

type Values = ReadonlyMap<PlannedValue, Uint8Array>;

export class Runner {
  readonly #place: RunnerPlace;
  readonly #account: RunnerAccount;
  readonly #sleep: (ms: number) => Promise<void>;
  #left: readonly PlannedUnit[];
  #opsMax = TXN_OPS_MAX;
  #bytesMax = TXN_BYTES_MAX;
  #isCancelled = false;

  constructor(
    place: RunnerPlace,
    units: readonly PlannedUnit[],
    account: RunnerAccount,
    sleep: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  ) {
    this.#place = place;
    this.#left = units;
    this.#account = account;
    this.#sleep = sleep;
  }

  /** Stops before the next transaction. */
  cancel(): void {
    this.#isCancelled = true;
  }

  /** True: all done. False: cancelled. Again: goes on. @throws EngineError, ConsoleError: it stopped there */
  async run(): Promise<boolean> {
    this.#isCancelled = false;
    while (this.#left.length > 0) {
      if (!(await this.#place.gate.step(() => this.#step()))) return false;
    }
    return true;
  }

  /** False: cancelled. */
  async #step(): Promise<boolean> {
    if (this.#isCancelled) return false;
    const context = this.#context;
    try {
      const batch = this.#nextBatch();
      await this.#settle(batch, await this.#valuesOf(batch));
    } catch (error) {
      // Its session was replaced meanwhile, which the gate did not wait for any longer: once more, through the one that stands now.
      if (!(error instanceof EngineError) || context === this.#context) throw error;
    }
    return true;
  }

  get #context(): StoreContext {
    return this.#place.context();
  }

  #nextBatch(): readonly PlannedUnit[] {
    let writes = 0;
    let bytes = 0;
    let count = 0;
    for (const unit of this.#left) {
      writes += unit.length;
      bytes += unit.reduce((sum, write) => sum + costOf(write), 0);
      if (count > 0 && (writes > this.#opsMax || bytes > this.#bytesMax)) break;
      count++;
    }
    return this.#left.slice(0, count);
  }

  async #valuesOf(batch: readonly PlannedUnit[]): Promise<Values> {
    const values = new Map<PlannedValue, Uint8Array>();
    const stored: Extract<PlannedValue, { kind: 'stored' }>[] = [];
    for (const { put } of batch.flat()) {
      if (put === null) continue;
      if (put.value.kind === 'bytes') values.set(put.value, put.value.bytes);
      else stored.push(put.value);
    }
    for (const [value, bytes] of await readValues(this.#context, stored)) values.set(value, bytes);
    return values;
  }

  /** What has its account is left no longer; a batch that was too large is left, to come again in smaller ones. */
  async #settle(batch: readonly PlannedUnit[], values: Values): Promise<void> {
    const later = this.#left.slice(batch.length);
    let units = batch;
    for (let round = 0; units.length > 0; round++) {
      const outcome = await this.#write(units, values);
      if (outcome === 'tooLarge') {
        this.#opsMax = Math.max(1, this.#opsMax >> 1);
        this.#bytesMax = Math.max(1, this.#bytesMax >> 1);
        return;
      }
      if (outcome === 'leaseGone') units = await this.#withoutDeadLeases(units);
      else if ('refused' in outcome) units = this.#withoutRefused(units, outcome.refused);
      else if (outcome.succeeded) {
        this.#account.done(units.flat().length, outcome.revision);
        units = [];
      } else {
        const { current, isUnsure } = outcome;
        units = this.#sort(units, current, values, { isUnsure, isLast: round >= ROUNDS_MAX });
      }
      this.#left = [...units, ...later];
    }
  }

  /** Gives their account to units whose guards do not hold; returns the others. */
  #sort(
    units: readonly PlannedUnit[],
    current: ReadonlyMap<ByteString, StoredKey>,
    values: Values,
    { isUnsure, isLast }: { readonly isUnsure: boolean; readonly isLast: boolean },
  ): readonly PlannedUnit[] {
    const open: PlannedUnit[] = [];
    for (const unit of units) {
      const unmet = unit.find(
        (write) => (current.get(write.key)?.modRevision ?? 0) !== (write.expect?.modRevision ?? 0),
      );
      if (unmet === undefined && !isLast) open.push(unit);
      else if (unit.every((write) => isAsWanted(write, current.get(write.key), values))) {
        const revision = isUnsure ? this.#writtenAt(unit[0], current) : 0;
        if (revision > 0) this.#account.done(unit.length, revision);
        else this.#account.already(unit.length);
      } else {
        const reason =
          unmet === undefined ? 'it kept changing while it was tried' : reasonOf(unmet, current.get(unmet.key));
        this.#account.refused(unit.map((write) => ({ key: byteStringToWire(write.key), reason })));
      }
    }
    return open;
  }

  async #write(
    units: readonly PlannedUnit[],
    values: Values,
  ): Promise<
    | 'tooLarge'
    | 'leaseGone'
    | { readonly refused: ReadonlyMap<ByteString, string> }
    | { readonly succeeded: true; readonly revision: number }
    | { readonly succeeded: false; readonly current: ReadonlyMap<ByteString, StoredKey>; readonly isUnsure: boolean }
  > {
    for (let attempt = 1; ; attempt++) {
      try {
        const outcome = await this.#context.engine.kv.write(toWrite(units, values));
        if (outcome.succeeded) return { succeeded: true, revision: outcome.revision };
        return { succeeded: false, current: byKey(outcome.reads.flat()), isUnsure: false };
      } catch (error) {
        const refused = refusedKeys(error);
        if (refused !== undefined) return { refused };
        if (!(error instanceof EngineError)) throw error;
        if (isTooLarge(error) && units.flat().length > 1) return 'tooLarge';
        if (isLeaseGone(error)) return 'leaseGone';
        if (error.outcome === 'unknown') return { succeeded: false, current: await this.#read(units), isUnsure: true };
        if (error.code !== GrpcCode.UNAVAILABLE || attempt >= TRIES_MAX) throw error;
        await this.#sleep(RETRY_MS * attempt);
      }
    }
  }

  /** A schema was saved, or a rollout begun, since the plan was made. */
  #withoutRefused(units: readonly PlannedUnit[], refused: ReadonlyMap<ByteString, string>): readonly PlannedUnit[] {
    const gone = units.filter((unit) => unit.some(({ key }) => refused.has(key)));
    this.#account.refused(
      gone.flat().map(({ key }) => ({ key: byteStringToWire(key), reason: refused.get(key) ?? REFUSED_TOGETHER })),
    );
    return units.filter((unit) => !gone.includes(unit));
  }

  /** The revision that left a write as it is wanted; 0: not known. */
  #writtenAt(write: PlannedWrite | undefined, current: ReadonlyMap<ByteString, StoredKey>): number {
    if (write === undefined) return 0;
    if (write.put !== null) return current.get(write.key)?.modRevision ?? 0;
    const { timeline } = this.#context.hub;
    const from = Math.max(write.expect?.modRevision ?? 0, timeline.reachesBack ?? 0);
    for (const change of timeline.changesBack(from, timeline.newest)) {
      if (change.key === write.key && change.after === null) return change.revision;
    }
    return 0;
  }

  /** A lease ended since the plan was made: without it its keys would become permanent. */
  async #withoutDeadLeases(units: readonly PlannedUnit[]): Promise<readonly PlannedUnit[]> {
    const { leases } = this.#context.engine;
    const dead = new Set<bigint>();
    for (const lease of new Set(units.flat().map(leaseOf))) {
      if (lease === 0n || leases === null) continue;
      if ((await leases.read(lease)).remainingTtlSeconds < 0) dead.add(lease);
    }
    const gone = units.filter((unit) => unit.some((write) => dead.has(leaseOf(write))));
    this.#account.refused(gone.flat().map(({ key }) => ({ key: byteStringToWire(key), reason: LEASE_ENDED })));
    return units.filter((unit) => !gone.includes(unit));
  }

  /** What stands there now, linearizably. The store may be away for a moment: that is why we ask. */
  async #read(units: readonly PlannedUnit[]): Promise<ReadonlyMap<ByteString, StoredKey>> {
    for (let attempt = 1; ; attempt++) {
      try {
        const found: StoredKey[] = [];
        let newest = 0;
        for (const { key } of units.flat()) {
          const answer = await this.#context.engine.kv.list({ key: fromByteString(key), end: EMPTY_BYTES });
          if (answer.kvs[0] !== undefined) found.push(answer.kvs[0]);
          newest = answer.revision;
        }
        // The revision of a delete is only in the stream.
        await this.#context.hub.follows(newest, FOLLOW_MS);
        return byKey(found);
      } catch (error) {
        if (!(error instanceof EngineError) || attempt >= TRIES_MAX) throw error;
        await this.#sleep(RETRY_MS * attempt);
      }
    }
  }
}

const REFUSED_TOGETHER = 'what belongs to it was refused';
export const LEASE_ENDED = 'its lease has ended, and without it the key would become permanent';

/** 0n: none, or whatever the key has. */
const leaseOf = ({ put }: PlannedWrite): bigint => (put === null || put.lease === 'keep' ? 0n : put.lease);

const costOf = ({ key, put }: PlannedWrite): number =>
  2 * key.length + WRITE_OVERHEAD_BYTES + (put === null ? 0 : bytesOf(put.value));

const byKey = (kvs: readonly StoredKey[]): ReadonlyMap<ByteString, StoredKey> =>
  new Map(kvs.map((kv) => [toByteString(kv.key), kv]));

function toWrite(units: readonly PlannedUnit[], values: Values): GuardedWrite {
  const writes = units.flat();
  const range = (write: PlannedWrite) => ({ key: fromByteString(write.key), end: EMPTY_BYTES });
  return {
    guards: writes.map((write) => ({
      ...range(write),
      target: 'modRevision',
      is: '=',
      value: write.expect?.modRevision ?? 0,
    })),
    ops: writes.map((write) =>
      write.put === null
        ? { type: 'delete', range: range(write) }
        : {
            type: 'put',
            key: fromByteString(write.key),
            value: values.get(write.put.value) ?? EMPTY_BYTES,
            lease: write.put.lease,
          },
    ),
    otherwiseRead: writes.map(range),
  };
}

function isAsWanted({ put, expect }: PlannedWrite, current: StoredKey | undefined, values: Values): boolean {
  if (put === null) return current === undefined;
  if (current === undefined) return false;
  const lease = put.lease === 'keep' ? (expect?.lease ?? 0n) : put.lease;
  return current.lease === lease && equalBytes(current.value, values.get(put.value) ?? EMPTY_BYTES);
}

function reasonOf({ expect }: PlannedWrite, current: StoredKey | undefined): string {
  if (current === undefined) return 'somebody deleted it since';
  if (expect === null) return `it exists by now (revision ${current.modRevision})`;
  return `somebody wrote it since (revision ${current.modRevision})`;
}

/** The server's own bounds, in its words: too many operations, or too many bytes. */
const isTooLarge = (error: EngineError): boolean =>
  /too many operations|request is too large|message larger than max/.test(error.message);

const isLeaseGone = (error: EngineError): boolean =>
  error.code === GrpcCode.NOT_FOUND && /lease not found/.test(error.message);
