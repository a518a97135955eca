/**
 * What edits of plain keys must obey, whichever page or path they come by: the schema of their prefix, the shape of the console's own
 * configuration documents, and rollouts under way. `guardedEngine` is the one place where it is enforced: everything that
 * writes keys for an operator writes through it (store-session.ts).
 *
 * The policy reads the schemas with the console's own account, so users who may not read them obey them too. Where neither it nor the
 * user may read them there is nothing to obey by; the store's permissions are what protects such keys.
 */
import {
  type ByteString,
  compareBytes,
  EMPTY_BYTES,
  prefixRangeEnd,
  toByteString,
  utf8Decode,
  utf8Encode,
} from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { Json } from '../../../lib/config/json.ts';
import { isExposing } from '../../../lib/config/rollout-document.ts';
import { bundleOf } from '../../../lib/config/target.ts';
import { intersect, type KeyRange, unionOf } from '../../../lib/keys/ranges.ts';
import { displayBytes, toWire } from '../../../lib/keys/wire-bytes.ts';
import {
  type Engine,
  EngineError,
  type Guard,
  type GuardedWrite,
  type WriteOp,
  type WriteOutcome,
} from '../../engines/engine.ts';
import { ConsoleError } from '../errors.ts';
import type { SchemaChecker } from './schema-checker.ts';
import { type ConfigSnapshot, parseDocument } from './snapshot.ts';
import type { ConfigState } from './state.ts';

/** Schemas may be saved again and again while somebody writes: then the write gives up. */
const TRIES_MAX = 5;

export interface KeyRefusal {
  readonly key: Uint8Array;
  /** JSON pointer into the value; "" where the whole of it is meant. */
  readonly path: string;
  readonly message: string;
  /** What refuses: a schema of a prefix, the shape of a document, or a rollout. */
  readonly by: 'schema' | 'shape' | 'rollout';
}

export interface KeyPolicyOptions {
  /** Asked in turn: the console's own view first, then the user's. */
  readonly states: readonly ConfigState[];
  readonly checker: SchemaChecker;
  /** Whether the user may read the schemas: then a write can be guarded against one that is saved at the same moment. */
  readonly mayGuard: boolean;
}

export class KeyPolicy {
  readonly #options: KeyPolicyOptions;

  constructor(options: KeyPolicyOptions) {
    this.#options = options;
  }

  /** Null: nobody here may read the schemas. */
  async #snapshot(): Promise<{ readonly snapshot: ConfigSnapshot; readonly state: ConfigState } | null> {
    for (const state of this.#options.states) {
      try {
        return { snapshot: await state.ready(), state };
      } catch (error) {
        const isRefused =
          error instanceof EngineError &&
          (error.code === GrpcCode.PERMISSION_DENIED || error.code === GrpcCode.UNAUTHENTICATED || isNobody(error));
        if (!isRefused) throw error;
      }
    }
    return null;
  }

  /** Where there is anything to obey. */
  async scope(): Promise<readonly KeyRange[]> {
    const known = await this.#snapshot();
    if (known === null) return [];
    const { snapshot } = known;
    const prefixes = [...snapshot.all('prefixes').values()].map(({ value }) => utf8Encode(value.prefix));
    return unionOf([snapshot.keys.range(), ...prefixes.map((key) => ({ key, end: prefixRangeEnd(key) }))]);
  }

  /** What is wrong with these writes. Empty: nothing. */
  async refusals(ops: readonly WriteOp[]): Promise<readonly KeyRefusal[]> {
    const known = await this.#snapshot();
    return known === null ? [] : this.#refusalsAt(known.snapshot, ops);
  }

  /** Writes what obeys. @throws ConsoleError with every refusal; nothing was written then */
  async write(request: GuardedWrite, write: (request: GuardedWrite) => Promise<WriteOutcome>): Promise<WriteOutcome> {
    for (let tries = 1; ; tries++) {
      const known = await this.#snapshot();
      if (known === null) return write(request);
      const { snapshot, state } = known;
      const refusals = await this.#refusalsAt(snapshot, request.ops);
      if (refusals.length > 0) throw new RefusedWrites(refusals);
      if (!this.#options.mayGuard) return write(request);
      const family = snapshot.keys.family('prefixes');
      const guard: Guard = { ...family, target: 'modRevision', is: '<', value: snapshot.revision + 1 };
      // A range of its own to read: whether it was this guard that failed.
      const asked = {
        ...request,
        guards: [...request.guards, guard],
        otherwiseRead: [...request.otherwiseRead, family],
      };
      const outcome = await write(asked);
      const reads = outcome.reads.slice(0, request.otherwiseRead.length);
      const newest = Math.max(0, ...(outcome.reads.at(-1) ?? []).map(({ modRevision }) => modRevision));
      if (outcome.succeeded || newest <= snapshot.revision || tries >= TRIES_MAX) return { ...outcome, reads };
      await state.follows(newest);
    }
  }

  async #refusalsAt(snapshot: ConfigSnapshot, ops: readonly WriteOp[]): Promise<readonly KeyRefusal[]> {
    const own = ops.flatMap((op) => rolloutRefusals(snapshot, op));
    const puts = ops.flatMap((op) => (op.type === 'put' ? [op] : []));
    const shapes = puts.flatMap((put) => shapeRefusals(snapshot, put));
    return [...own, ...shapes, ...(await this.#schemaRefusals(snapshot, puts))];
  }

  async #schemaRefusals(snapshot: ConfigSnapshot, puts: readonly Put[]): Promise<KeyRefusal[]> {
    const refusals: KeyRefusal[] = [];
    for (const { value: rule } of snapshot.all('prefixes').values()) {
      const schema = snapshot.get('schemas', rule.schema)?.value;
      const concerned = puts.filter(({ key }) => startsWith(key, utf8Encode(rule.prefix)));
      if (schema === undefined || concerned.length === 0) continue;
      const found = await checkValues(this.#options.checker, schema, concerned);
      refusals.push(...found.map((one) => ({ ...one, message: `${one.message} (schema of ${rule.prefix})` })));
    }
    return refusals;
  }
}

type Put = Extract<WriteOp, { readonly type: 'put' }>;

/** The first fault of each value that does not meet a schema, in their order. @throws as SchemaChecker.check */
export async function checkValues(
  checker: SchemaChecker,
  schema: Json,
  values: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[],
): Promise<KeyRefusal[]> {
  const read = values.map(({ key, value }) => ({ key, ...jsonOf(value) }));
  const readable = read.flatMap((one) => ('json' in one ? [one] : []));
  const answers =
    readable.length === 0
      ? []
      : await checker.check(
          schema,
          readable.map(({ json }) => json),
        );
  const faults = new Map(readable.map(({ key }, i) => [key, answers[i]?.[0]]));
  return read.flatMap((one): KeyRefusal[] => {
    if ('problem' in one) return [{ key: one.key, path: '', message: one.problem, by: 'schema' }];
    const fault = faults.get(one.key);
    return fault === undefined ? [] : [{ key: one.key, path: fault.path, message: fault.message, by: 'schema' }];
  });
}

function jsonOf(value: Uint8Array): { readonly json: Json } | { readonly problem: string } {
  const text = utf8Decode(value);
  if (text === undefined) return { problem: 'is not UTF-8, and a schema demands JSON' };
  try {
    return { json: JSON.parse(text) as Json };
  } catch (cause) {
    return { problem: `is not JSON: ${cause instanceof Error ? cause.message : ''}` };
  }
}

/** The console's own documents, edited by hand: whoever reads them next must be able to. */
function shapeRefusals(snapshot: ConfigSnapshot, { key, value }: Put): KeyRefusal[] {
  const place = snapshot.keys.parse(utf8Decode(key) ?? '');
  if (place === undefined) return [];
  const parsed = parseDocument(place.family, value);
  if (parsed.value !== undefined) return [];
  return [{ key, path: parsed.path, message: parsed.problem, by: 'shape' }];
}

/** What a rollout under way rests on is changed by acts on the rollout, not behind its back. */
function rolloutRefusals(snapshot: ConfigSnapshot, op: WriteOp): KeyRefusal[] {
  const touched: KeyRange = op.type === 'put' ? { key: op.key, end: EMPTY_BYTES } : op.range;
  if (intersect(touched, [snapshot.keys.range()]).length === 0) return [];
  const { keys } = snapshot;
  return [...snapshot.all('rollouts').values()].flatMap(({ value: rollout }): KeyRefusal[] => {
    const { rolloutId, target, candidate, stable, state } = rollout;
    if (!isExposing(state) && state !== 'ROLLING_BACK') return [];
    const held = [
      keys.key('assign', target),
      keys.key('rollouts', rolloutId),
      keys.key('rosters', rolloutId),
      keys.key('active', bundleOf(target)),
      keys.release(target, candidate),
      ...(stable === null ? [] : [keys.release(target, stable)]),
    ].map(utf8Encode);
    const hit = held.find((key) => intersect({ key, end: EMPTY_BYTES }, [touched]).length > 0);
    if (hit === undefined) return [];
    const message = `is held by rollout ${rolloutId} of ${target}, which is ${state}: pause, abort or rebase it instead`;
    return [{ key: hit, path: '', message, by: 'rollout' }];
  });
}

/** 409 for what a rollout holds, else 400; the first in words, all in the detail. */
export class RefusedWrites extends ConsoleError {
  readonly refusals: readonly KeyRefusal[];

  constructor(refusals: readonly KeyRefusal[]) {
    const first = refusals.find(({ by }) => by === 'rollout') ?? refusals[0];
    const isRollout = first?.by === 'rollout';
    const more = refusals.length > 1 ? `, and ${refusals.length - 1} more` : '';
    const shown = refusals.map(({ key, path, message, by }) => ({ key: toWire(key), path, message, by }));
    super(
      isRollout ? GrpcCode.FAILED_PRECONDITION : GrpcCode.INVALID_ARGUMENT,
      `${first === undefined ? 'refused' : refusalWords(first)}${more}; nothing was written`,
      {
        field: 'value',
        path: first?.path ?? '',
        refusals: shown,
        ...(isRollout ? { error: 'ROLLOUT_UNDER_WAY' } : {}),
      },
      isRollout ? 409 : undefined,
    );
    this.refusals = refusals;
  }
}

export const refusalWords = ({ key, path, message }: KeyRefusal): string =>
  `${displayBytes(toWire(key))}${path === '' ? '' : ` at ${path}`} ${message}`;

const startsWith = (key: Uint8Array, prefix: Uint8Array): boolean =>
  compareBytes(key.subarray(0, prefix.length), prefix) === 0;

const isNobody = ({ message }: EngineError): boolean => message.includes('user name is empty');

/** The same store, where every write obeys the policy. */
export function guardedEngine(engine: Engine, policy: KeyPolicy): Engine {
  const { kind, endpoints, kv, leases, cluster, history, access, maintenance, metrics, extras } = engine;
  return {
    kind,
    endpoints,
    kv: {
      list: (request) => kv.list(request),
      write: (request) => policy.write(request, (asked) => kv.write(asked)),
    },
    leases,
    cluster,
    history,
    access,
    maintenance,
    metrics,
    extras,
    watch: (request, handler) => engine.watch(request, handler),
    cost: () => engine.cost(),
    close: (why) => engine.close(why),
  };
}

/** Keys that a refusal of `write` names, with the reason of each; undefined: it is another error. */
export function refusedKeys(error: unknown): ReadonlyMap<ByteString, string> | undefined {
  if (!(error instanceof RefusedWrites)) return undefined;
  return new Map(error.refusals.map(({ key, path, message }) => [toByteString(key), `${path} ${message}`.trim()]));
}
