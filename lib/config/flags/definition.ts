/**
 * A flag set in flagd's format (https://flagd.dev/schema/v0/flags.json), read from JSON into something that can be evaluated. What is
 * wrong is told with its place; nothing is repaired.
 */
import { err, ok, type Result } from '../../base/result.ts';
import {
  isArray,
  isObject,
  type Json,
  type JsonObject,
  type JsonType,
  joinPointer,
  type Pointer,
  typeOf,
} from '../json.ts';
import { OPERATORS } from './json-logic.ts';

export type FlagMetadata = Readonly<Record<string, string | number | boolean>>;

export interface Flag {
  readonly key: string;
  readonly isEnabled: boolean;
  readonly variants: Readonly<Record<string, Json>>;
  /** Null: the application's own default. */
  readonly defaultVariant: string | null;
  /** Null: no rule. `$ref`s are resolved. */
  readonly targeting: Json | null;
  readonly metadata: FlagMetadata;
}

export interface FlagSet {
  readonly flags: ReadonlyMap<string, Flag>;
  readonly metadata: FlagMetadata;
}

export interface FlagIssue {
  readonly path: Pointer;
  readonly message: string;
}

const FLAGS_MAX = 5_000;

export function readFlagSet(content: JsonObject): Result<FlagSet, readonly FlagIssue[]> {
  const issues: FlagIssue[] = [];
  const flags = new Map<string, Flag>();
  const definitions = content.flags ?? {};
  const evaluators = isObject(content.$evaluators) ? content.$evaluators : {};
  if (!isObject(definitions)) issues.push({ path: '/flags', message: 'must be an object of flags by key' });
  const entries = isObject(definitions) ? Object.entries(definitions) : [];
  if (entries.length > FLAGS_MAX) issues.push({ path: '/flags', message: `holds more than ${FLAGS_MAX} flags` });
  for (const [name, rule] of Object.entries(evaluators))
    checkRule(rule, { path: joinPointer('/$evaluators', name), evaluators: {}, issues });
  for (const [key, definition] of entries) {
    const path = joinPointer('/flags', key);
    if (isObject(definition)) flags.set(key, readFlag(key, definition, { path, evaluators, issues }));
    else issues.push({ path, message: 'must be an object' });
  }
  return issues.length > 0 ? err(issues) : ok({ flags, metadata: readMetadata(content.metadata) });
}

interface Reading {
  readonly path: Pointer;
  readonly evaluators: JsonObject;
  readonly issues: FlagIssue[];
}

function readFlag(key: string, definition: JsonObject, reading: Reading): Flag {
  const { path, issues } = reading;
  const { state, variants, defaultVariant = null, targeting = null } = definition;
  if (state !== 'ENABLED' && state !== 'DISABLED')
    issues.push({ path: `${path}/state`, message: 'must be "ENABLED" or "DISABLED"' });
  const named = isObject(variants) ? variants : {};
  checkVariants(named, path, issues);
  if (defaultVariant !== null && typeof defaultVariant !== 'string') {
    issues.push({ path: `${path}/defaultVariant`, message: 'must be the name of a variant, or null' });
  } else if (defaultVariant !== null && !Object.hasOwn(named, defaultVariant)) {
    issues.push({ path: `${path}/defaultVariant`, message: `"${defaultVariant}" is none of its variants` });
  }
  const hasRule = targeting !== null && !(isObject(targeting) && Object.keys(targeting).length === 0);
  return {
    key,
    isEnabled: state === 'ENABLED',
    variants: named,
    defaultVariant: typeof defaultVariant === 'string' ? defaultVariant : null,
    targeting: hasRule ? checkRule(targeting, { ...reading, path: `${path}/targeting` }) : null,
    metadata: readMetadata(definition.metadata),
  };
}

function checkVariants(variants: JsonObject, path: Pointer, issues: FlagIssue[]): void {
  const types = new Set<JsonType>(Object.values(variants).map(typeOf));
  if (types.size === 0) issues.push({ path: `${path}/variants`, message: 'needs at least one variant' });
  if (types.size > 1)
    issues.push({
      path: `${path}/variants`,
      message: `all variants need one type, these are ${[...types].join(' and ')}`,
    });
  if (types.has('null') || types.has('array')) {
    issues.push({ path: `${path}/variants`, message: 'variants are booleans, numbers, strings or objects' });
  }
}

/** The rule with each `{"$ref": name}` replaced; unknown operators and references are issues. */
function checkRule(rule: Json, reading: Reading): Json {
  const { path, evaluators, issues } = reading;
  if (isArray(rule)) return rule.map((part, i) => checkRule(part, { ...reading, path: joinPointer(path, i) }));
  if (!isObject(rule)) return rule;
  const [operator, ...others] = Object.keys(rule);
  if (operator === undefined) return rule;
  if (operator === '$ref') {
    const name = rule.$ref;
    if (typeof name === 'string' && Object.hasOwn(evaluators, name)) return evaluators[name] ?? null;
    issues.push({ path: `${path}/$ref`, message: `there is no shared evaluator "${String(name)}"` });
    return null;
  }
  if (others.length > 0) issues.push({ path, message: 'a rule has one operator' });
  if (!OPERATORS.has(operator))
    issues.push({ path: joinPointer(path, operator), message: `"${operator}" is no operator` });
  return { [operator]: checkRule(rule[operator] ?? null, { ...reading, path: joinPointer(path, operator) }) };
}

function readMetadata(value: Json | undefined): FlagMetadata {
  if (!isObject(value)) return {};
  const plain = Object.entries(value).filter((entry): entry is [string, string | number | boolean] =>
    ['string', 'number', 'boolean'].includes(typeof entry[1]),
  );
  return Object.fromEntries(plain);
}
