/**
 * JsonLogic (jsonlogic.com) with flagd's additions, as an interpreter over plain data: nothing is compiled, nothing runs that
 * the document says. Rules work on data; only `trace` is told what each custom operator decided.
 */
import { isArray, isObject, type Json } from '../json.ts';
import { murmur3Text } from '../murmur3.ts';
import { type compareVersions, holds, parseLooseVersion, VERSION_OPERATORS } from '../version-range.ts';

export interface Step {
  readonly operator: string;
  /** One sentence. */
  readonly says: string;
}

export interface Scope {
  readonly data: Json;
  /** For `fractional` without a key of its own. */
  readonly flagKey: string;
  readonly targetingKey: string | null;
  readonly trace: (step: Step) => void;
  /** Rules evaluated so far, shared by all scopes of one evaluation. */
  readonly budget: { left: number };
}

/** A rule that computes longer than this is refused: nested maps multiply. */
export const STEPS_MAX = 10_000;

export class RuleTooLong extends Error {
  override readonly name = 'RuleTooLong';
}

type Operator = (args: readonly Json[], scope: Scope) => Json;

/** Empty arrays are false here, unlike in JavaScript. */
const truthy = (value: Json | undefined): boolean => (isArray(value) ? value.length > 0 : Boolean(value));

const number = (value: Json | undefined): number =>
  typeof value === 'number' ? value : Number.parseFloat(String(value));

const finite = (value: number): Json => (Number.isFinite(value) ? value : null);

function looselyEqual(a: Json, b: Json): boolean {
  if (isArray(a) || isArray(b) || isObject(a) || isObject(b)) return a === b;
  // biome-ignore lint/suspicious/noDoubleEquals: the operator of that name promises JavaScript's own
  return a == b;
}

const comparison = (test: (a: Json, b: Json) => boolean): Operator => {
  return ([a = null, b = null, c]) => test(a, b) && (c === undefined || test(b, c));
};

const less = (a: Json, b: Json): boolean =>
  typeof a === 'string' && typeof b === 'string' ? a < b : Number(a ?? 0) < Number(b ?? 0);
const lessOrEqual = (a: Json, b: Json): boolean =>
  typeof a === 'string' && typeof b === 'string' ? a <= b : Number(a ?? 0) <= Number(b ?? 0);

/** Operators whose arguments are evaluated before they run. */
const STRICT: Readonly<Record<string, Operator>> = {
  '==': ([a = null, b = null]) => looselyEqual(a, b),
  '!=': ([a = null, b = null]) => !looselyEqual(a, b),
  '===': ([a = null, b = null]) => a === b,
  '!==': ([a = null, b = null]) => a !== b,
  '>': ([a = null, b = null]) => less(b, a),
  '>=': ([a = null, b = null]) => lessOrEqual(b, a),
  '<': comparison(less),
  '<=': comparison(lessOrEqual),
  '!': ([a]) => !truthy(a),
  '!!': ([a]) => truthy(a),
  '%': ([a, b]) => finite(number(a) % number(b)),
  '/': ([a, b]) => finite(number(a) / number(b)),
  '*': (args) => finite(args.reduce((product: number, one) => product * number(one), 1)),
  '+': (args) => finite(args.reduce((sum: number, one) => sum + number(one), 0)),
  '-': ([a, b]) => finite(b === undefined ? -number(a) : number(a) - number(b)),
  max: (args) => finite(Math.max(...args.map(number))),
  min: (args) => finite(Math.min(...args.map(number))),
  cat: (args) => args.map((part) => (part === null ? '' : String(part))).join(''),
  substr: ([text, start, length]) => substring(String(text ?? ''), number(start), length),
  in: ([needle = null, hay]) =>
    isArray(hay) ? hay.includes(needle) : typeof hay === 'string' && hay.includes(String(needle)),
  merge: (args) => args.flatMap((one) => (isArray(one) ? [...one] : [one])),
  var: ([path = '', fallback = null], scope) => lookUp(scope.data, path) ?? fallback,
  missing: (args, scope) => missing(isArray(args[0]) ? args[0] : args, scope),
  missing_some: ([need, of], scope) => {
    const wanted = isArray(of) ? of : [];
    const absent = missing(wanted, scope);
    return wanted.length - absent.length >= number(need) ? [] : absent;
  },
  starts_with: ([text, part], scope) => textual('starts_with', [text, part], scope, (a, b) => a.startsWith(b)),
  ends_with: ([text, part], scope) => textual('ends_with', [text, part], scope, (a, b) => a.endsWith(b)),
  sem_ver: ([version, operator, other], scope) => semVer([version, operator, other], scope),
};

/** Operators that decide themselves what they evaluate. */
const LAZY: Readonly<Record<string, Operator>> = {
  if: (args, scope) => {
    for (let i = 0; i + 1 < args.length; i += 2) {
      if (truthy(run(args[i] ?? null, scope))) return run(args[i + 1] ?? null, scope);
    }
    return args.length % 2 === 1 ? run(args.at(-1) ?? null, scope) : null;
  },
  '?:': (args, scope) => run({ if: args }, scope),
  and: (args, scope) => {
    let last: Json = null;
    for (const one of args) {
      last = run(one, scope);
      if (!truthy(last)) return last;
    }
    return last;
  },
  or: (args, scope) => {
    let last: Json = null;
    for (const one of args) {
      last = run(one, scope);
      if (truthy(last)) return last;
    }
    return last;
  },
  map: ([list, rule = null], scope) => items(list, scope).map((data) => run(rule, { ...scope, data })),
  filter: ([list, rule = null], scope) => items(list, scope).filter((data) => truthy(run(rule, { ...scope, data }))),
  all: ([list, rule = null], scope) => {
    const all = items(list, scope);
    return all.length > 0 && all.every((data) => truthy(run(rule, { ...scope, data })));
  },
  some: ([list, rule = null], scope) => items(list, scope).some((data) => truthy(run(rule, { ...scope, data }))),
  none: ([list, rule = null], scope) => !items(list, scope).some((data) => truthy(run(rule, { ...scope, data }))),
  reduce: ([list, rule = null, initial = null], scope) =>
    items(list, scope).reduce<Json>(
      (accumulator, current) => run(rule, { ...scope, data: { current, accumulator } }),
      run(initial, scope),
    ),
  fractional: (args, scope) => fractional(args, scope),
};

export const OPERATORS: ReadonlySet<string> = new Set([...Object.keys(STRICT), ...Object.keys(LAZY)]);

/** @throws RuleTooLong */
export function run(rule: Json, scope: Scope): Json {
  if (--scope.budget.left < 0) throw new RuleTooLong(`the rule takes more than ${STEPS_MAX} steps`);
  if (isArray(rule)) return rule.map((part) => run(part, scope));
  if (!isObject(rule)) return rule;
  const [operator, ...others] = Object.keys(rule);
  if (operator === undefined || others.length > 0) return rule;
  const operand = rule[operator] ?? null;
  const args = isArray(operand) ? operand : [operand];
  const lazy = Object.hasOwn(LAZY, operator) ? LAZY[operator] : undefined;
  if (lazy !== undefined) return lazy(args, scope);
  const strict = Object.hasOwn(STRICT, operator) ? STRICT[operator] : undefined;
  return strict === undefined
    ? null
    : strict(
        args.map((one) => run(one, scope)),
        scope,
      );
}

function items(list: Json | undefined, scope: Scope): readonly Json[] {
  const value = run(list ?? null, scope);
  return isArray(value) ? value : [];
}

function lookUp(data: Json, path: Json): Json | undefined {
  if (path === '' || path === null) return data;
  let at: Json | undefined = data;
  for (const segment of String(path).split('.')) {
    if (isArray(at)) at = at[Number(segment)];
    else if (isObject(at)) at = Object.hasOwn(at, segment) ? at[segment] : undefined;
    else return undefined;
  }
  return at;
}

const missing = (paths: readonly Json[], scope: Scope): readonly Json[] =>
  paths.filter((path) => {
    const value = lookUp(scope.data, path);
    return value === undefined || value === null || value === '';
  });

function substring(text: string, start: number, length: Json | undefined): string {
  const from = start < 0 ? Math.max(0, text.length + start) : start;
  if (length === undefined || length === null) return text.slice(from);
  const count = number(length);
  return count < 0 ? text.slice(from, text.length + count) : text.slice(from, from + count);
}

function textual(
  operator: string,
  [text, part]: readonly (Json | undefined)[],
  scope: Scope,
  test: (a: string, b: string) => boolean,
): Json {
  if (typeof text !== 'string' || typeof part !== 'string') {
    scope.trace({ operator, says: 'compares texts only, and got something else' });
    return null;
  }
  const result = test(text, part);
  const verb = operator === 'starts_with' ? 'start' : 'end';
  scope.trace({ operator, says: `"${text}" ${result ? `${verb}s` : `does not ${verb}`} with "${part}"` });
  return result;
}

function semVer([version, operator, other]: readonly (Json | undefined)[], scope: Scope): Json {
  const [a, b] = [version, other].map((one) => parseLooseVersion(String(one ?? '')));
  const known = VERSION_OPERATORS.find((one) => one === operator);
  if (a === undefined || b === undefined || known === undefined) {
    scope.trace({
      operator: 'sem_ver',
      says: `cannot compare "${String(version)}" ${String(operator)} "${String(other)}"`,
    });
    return null;
  }
  const result = flagdHolds(known, a, b);
  scope.trace({ operator: 'sem_ver', says: `${String(version)} ${known} ${String(other)} is ${result}` });
  return result;
}

/** flagd's ^ and ~ compare major, or major and minor, alone. */
function flagdHolds(
  operator: (typeof VERSION_OPERATORS)[number],
  a: Parameters<typeof compareVersions>[0],
  b: typeof a,
): boolean {
  if (operator === '^') return a.major === b.major;
  if (operator === '~') return a.major === b.major && a.minor === b.minor;
  return holds(a, operator, b);
}

const WEIGHT_SUM_MAX = 2 ** 31 - 1;

/** The variant whose share of the whole the hash falls into; null on any misfit, so that rules fall through to their else. */
function fractional(args: readonly Json[], scope: Scope): Json {
  const first = args[0] === undefined || isArray(args[0]) ? undefined : run(args[0], scope);
  const hasKey = typeof first === 'string';
  if (!hasKey && scope.targetingKey === null) {
    scope.trace({ operator: 'fractional', says: 'the context has no targetingKey to divide by' });
    return null;
  }
  const key = hasKey ? first : `${scope.flagKey}${scope.targetingKey}`;
  const shares = readShares(hasKey ? args.slice(1) : args, scope);
  const total = shares?.reduce((sum, { weight }) => sum + weight, 0) ?? 0;
  if (shares === null || total === 0 || total > WEIGHT_SUM_MAX) {
    scope.trace({ operator: 'fractional', says: 'its weights do not add up to anything' });
    return null;
  }
  const bucket = Number((BigInt(murmur3Text(key)) * BigInt(total)) >> 32n);
  let upTo = 0;
  for (const { variant, weight } of shares) {
    upTo += weight;
    if (bucket >= upTo) continue;
    scope.trace({
      operator: 'fractional',
      says: `"${key}" falls into bucket ${bucket} of ${total}: ${String(variant)}`,
    });
    return variant;
  }
  return null;
}

function readShares(
  entries: readonly Json[],
  scope: Scope,
): { readonly variant: Json; readonly weight: number }[] | null {
  const shares: { readonly variant: Json; readonly weight: number }[] = [];
  for (const entry of entries) {
    const share = run(entry, scope);
    if (!isArray(share)) return null;
    const [variant = null, weight = 1] = share;
    if (typeof weight !== 'number' || !Number.isInteger(weight)) return null;
    shares.push({ variant, weight: Math.max(0, weight) });
  }
  return shares.length === 0 ? null : shares;
}
