/** What every operation on configuration works with, and the one way to write: a transaction whose guards name what was seen. */
import { EMPTY_BYTES, prefixRangeEnd, utf8Encode } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { KeyRange } from '../../../lib/keys/ranges.ts';
import type { Engine, Guard, WriteOp } from '../../engines/engine.ts';
import { ConsoleError } from '../errors.ts';
import { requireWritable } from '../operations/context.ts';
import type { ConfigKeys } from './keys.ts';
import type { SchemaChecker } from './schema-checker.ts';
import type { ConfigState } from './state.ts';

export interface ConfigContext {
  readonly engine: Engine;
  readonly keys: ConfigKeys;
  /** See ConfigSettings. */
  readonly checkHosts: readonly string[];
  readonly state: ConfigState;
  readonly checker: SchemaChecker;
  readonly readOnly: boolean;
  /** Null: the store has no users; then people say themselves who they are. */
  readonly user: string | null;
  now(): number;
}

const ANONYMOUS = 'operator';

/** The signed-in user, else the name given. */
export const actorOf = ({ user }: ConfigContext, given: string | undefined): string =>
  user ?? (given === undefined || given.trim() === '' ? ANONYMOUS : given.trim());

/** What stands now; nothing was written. @returns 409 */
export const conflict = (message: string, detail: Readonly<Record<string, unknown>> = {}): ConsoleError =>
  new ConsoleError(GrpcCode.ABORTED, message, detail);

/** Told as not met: 409, because trying again without a change is pointless but the request itself is well-formed. */
export const precondition = (message: string, detail: Readonly<Record<string, unknown>> = {}): ConsoleError =>
  new ConsoleError(GrpcCode.FAILED_PRECONDITION, message, detail, 409);

/** 400 with the place. */
export const contentError = (field: string, path: string, message: string): ConsoleError =>
  new ConsoleError(GrpcCode.INVALID_ARGUMENT, `${path === '' ? field : path}: ${message}`, { field, path });

export class ConfigWrite {
  readonly #engine: Engine;
  readonly #guards: Guard[] = [];
  readonly #ops: WriteOp[] = [];

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** 0: it must not exist. */
  expect(key: string, modRevision: number): this {
    this.#guards.push({ key: utf8Encode(key), end: EMPTY_BYTES, target: 'modRevision', is: '=', value: modRevision });
    return this;
  }

  /** The same life of the key. */
  fence(key: string, createRevision: number): this {
    this.#guards.push({
      key: utf8Encode(key),
      end: EMPTY_BYTES,
      target: 'createRevision',
      is: '=',
      value: createRevision,
    });
    return this;
  }

  /** No key of the range was written after this revision. */
  unchangedSince(range: KeyRange, revision: number): this {
    this.#guards.push({ ...range, target: 'modRevision', is: '<', value: revision + 1 });
    return this;
  }

  put(key: string, value: unknown, lease = 0n): this {
    this.#ops.push({ type: 'put', key: utf8Encode(key), value: utf8Encode(JSON.stringify(value)), lease });
    return this;
  }

  delete(key: string): this {
    this.#ops.push({ type: 'delete', range: { key: utf8Encode(key), end: EMPTY_BYTES } });
    return this;
  }

  deleteUnder(prefix: string): this {
    const key = utf8Encode(prefix);
    this.#ops.push({ type: 'delete', range: { key, end: prefixRangeEnd(key) } });
    return this;
  }

  /** The revision; undefined when a guard failed and nothing was written. @throws EngineError */
  async commit(): Promise<number | undefined> {
    const { succeeded, revision } = await this.#engine.kv.write({
      guards: this.#guards,
      ops: this.#ops,
      otherwiseRead: [],
    });
    return succeeded ? revision : undefined;
  }
}

/** Commits, and waits until what is read here shows it. @throws ConsoleError `onConflict` when a guard does not hold */
export async function committed(
  context: ConfigContext,
  write: ConfigWrite,
  onConflict: () => ConsoleError,
): Promise<number> {
  requireWritable(context);
  const revision = await write.commit();
  if (revision === undefined) throw onConflict();
  await context.state.follows(revision);
  return revision;
}
