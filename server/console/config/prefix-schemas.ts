/**
 * Schemas of key prefixes: kept like those of targets, and in force for every edit through a console (key-policy.ts). Saving one measures
 * the keys that exist, all of them at one revision, and commits only if none of them was written since.
 */
import type { PrefixSchemaCheck, PrefixSchemaList } from '../../../lib/api/prefix-schema-types.ts';
import { EMPTY_BYTES, prefixRangeEnd, utf8Encode } from '../../../lib/base/bytes.ts';
import type { PrefixSchema } from '../../../lib/config/documents.ts';
import { canonicalJson, type Json } from '../../../lib/config/json.ts';
import { plural } from '../../../lib/format/number.ts';
import type { KeyRange } from '../../../lib/keys/ranges.ts';
import { toWire } from '../../../lib/keys/wire-bytes.ts';
import { sha256 } from './content.ts';
import {
  actorOf,
  type ConfigContext,
  ConfigWrite,
  committed,
  conflict,
  contentError,
  precondition,
} from './context.ts';
import { checkValues, type KeyRefusal, refusalWords } from './key-policy.ts';
import type { ConfigSnapshot } from './snapshot.ts';

/** Keys measured with a new schema; beyond them the answer says that there are more, and the schema is refused unless forced. */
const KEYS_CHECKED_MAX = 100_000;
const PAGE_KEYS = 500;
const SHOWN = 50;
/** A busy prefix may change under the check: it is measured again. */
const TRIES_MAX = 3;

/** Prefixes hold slashes, and keys have a bound: the name is a hash. */
const prefixName = (prefix: string): string => sha256(prefix).slice(0, 32);

export function listPrefixSchemas(snapshot: ConfigSnapshot): PrefixSchemaList {
  const prefixes = [...snapshot.all('prefixes').values()].map(({ value, modRevision }) => ({
    prefix: value.prefix,
    schema: snapshot.get('schemas', value.schema)?.value ?? null,
    schemaId: value.schema,
    version: value.version,
    createdAt: value.createdAt,
    createdBy: value.createdBy,
    modRevision,
  }));
  prefixes.sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
  return { revision: String(snapshot.revision), prefixes };
}

export interface PrefixSchemaBody {
  readonly prefix: string;
  readonly schema: Json | null;
  readonly expectModRevision: number;
  readonly evenIfFailing: boolean;
  readonly by: string | undefined;
}

/** @throws ConsoleError 400 for a schema that is none, 409 when another one stands there or existing keys would fail */
export async function putPrefixSchema(context: ConfigContext, body: PrefixSchemaBody): Promise<number> {
  const snapshot = await context.state.ready();
  const name = prefixName(body.prefix);
  const existing = snapshot.get('prefixes', name);
  const stale = () => {
    const now = context.state.current?.get('prefixes', name);
    return conflict(
      now === undefined
        ? `${body.prefix} has no schema; nothing was written`
        : `the schema of ${body.prefix} was changed at revision ${now.modRevision}; nothing was written`,
      { current: now?.value ?? null },
    );
  };
  if ((existing?.modRevision ?? 0) !== body.expectModRevision) throw stale();
  const key = context.keys.key('prefixes', name);
  if (body.schema === null) {
    return committed(context, new ConfigWrite(context.engine).expect(key, body.expectModRevision).delete(key), stale);
  }
  const [problem] = await context.checker.schema(body.schema);
  if (problem !== undefined) throw contentError('schema', problem.path, problem.message);
  const schema = sha256(canonicalJson(body.schema));
  const document: PrefixSchema = {
    prefix: body.prefix,
    schema,
    version: (existing?.value.version ?? 0) + 1,
    createdAt: context.now(),
    createdBy: actorOf(context, body.by),
  };
  for (let tries = 1; ; tries++) {
    const checked = body.evenIfFailing ? null : await requireMet(context, body.prefix, body.schema);
    const write = new ConfigWrite(context.engine).expect(key, body.expectModRevision);
    if (checked !== null) write.unchangedSince(rangeUnder(body.prefix), checked);
    if (snapshot.get('schemas', schema) === undefined) write.put(context.keys.key('schemas', schema), body.schema);
    write.put(key, document);
    try {
      return await committed(context, write, stale);
    } catch (error) {
      // Either somebody saved another schema, or a key under the prefix was written meanwhile.
      const { kvs } = await context.engine.kv.list({ key: utf8Encode(key), end: EMPTY_BYTES, keysOnly: true });
      const isBusy = checked !== null && (kvs[0]?.modRevision ?? 0) === body.expectModRevision;
      if (!isBusy || tries >= TRIES_MAX) throw error;
    }
  }
}

/** The revision at which every key under the prefix met the schema. @throws ConsoleError 409 with those that do not */
async function requireMet(context: ConfigContext, prefix: string, schema: Json): Promise<number> {
  const { revision, checked, failing, isComplete, first } = await checkPrefix(context, prefix, schema);
  if (failing > 0) {
    const [one] = first;
    const words = one === undefined ? '' : `: ${refusalWords({ ...one, by: 'schema' })}`;
    throw precondition(
      `${plural(failing, 'existing key')} of ${checked} would fail this schema${words}; nothing was written`,
      { path: one?.path ?? '', checked, failing, first: first.map(shown) },
    );
  }
  if (!isComplete) {
    throw precondition(
      `only the first ${checked} keys were checked, and there are more: take a smaller prefix, or put it in force as it is`,
      { checked },
    );
  }
  return revision;
}

interface Measured {
  readonly revision: number;
  readonly checked: number;
  readonly failing: number;
  readonly isComplete: boolean;
  readonly first: readonly KeyRefusal[];
}

export async function prefixCheck(context: ConfigContext, prefix: string, schema: Json): Promise<PrefixSchemaCheck> {
  const [problem] = await context.checker.schema(schema);
  if (problem !== undefined) throw contentError('schema', problem.path, problem.message);
  const { revision, checked, failing, isComplete, first } = await checkPrefix(context, prefix, schema);
  return { revision: String(revision), checked, failing, isComplete, first: first.map(shown) };
}

const shown = ({ key, path, message }: KeyRefusal) => ({ key: toWire(key), path, message });

async function checkPrefix(context: ConfigContext, prefix: string, schema: Json): Promise<Measured> {
  const { end } = rangeUnder(prefix);
  let { key } = rangeUnder(prefix);
  const first: KeyRefusal[] = [];
  let failing = 0;
  let checked = 0;
  for (let revision = 0; ; ) {
    const page = await context.engine.kv.list({ key, end, limit: PAGE_KEYS, revision });
    if (revision === 0) revision = page.revision;
    const faults = await checkValues(context.checker, schema, page.kvs);
    checked += page.kvs.length;
    failing += faults.length;
    first.push(...faults.slice(0, SHOWN - first.length));
    const last = page.kvs.at(-1);
    if (!page.more || last === undefined) return { revision, checked, failing, isComplete: true, first };
    if (checked >= KEYS_CHECKED_MAX) return { revision, checked, failing, isComplete: false, first };
    key = Uint8Array.of(...last.key, 0);
  }
}

function rangeUnder(prefix: string): KeyRange {
  const key = utf8Encode(prefix);
  return { key, end: prefixRangeEnd(key) };
}
