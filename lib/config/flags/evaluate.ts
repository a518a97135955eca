/** One flag for one context, in OpenFeature's words, with the steps that led there. Never throws. */
import type { Json, JsonObject } from '../json.ts';
import type { Flag, FlagMetadata, FlagSet } from './definition.ts';
import { RuleTooLong, run, STEPS_MAX, type Step } from './json-logic.ts';

export type FlagReason = 'STATIC' | 'DEFAULT' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED';
export type FlagErrorCode = 'FLAG_NOT_FOUND' | 'TARGETING_KEY_MISSING' | 'PARSE_ERROR' | 'INVALID_CONTEXT' | 'GENERAL';

export type Evaluation =
  | {
      readonly ok: true;
      readonly key: string;
      readonly reason: FlagReason;
      /** Absent: the application uses its own default. */
      readonly value?: Json;
      readonly variant?: string;
      readonly metadata: FlagMetadata;
      readonly steps: readonly Step[];
    }
  | {
      readonly ok: false;
      readonly key: string;
      readonly errorCode: FlagErrorCode;
      readonly errorDetails: string;
      readonly metadata: FlagMetadata;
      readonly steps: readonly Step[];
    };

export interface EvaluationInput {
  readonly set: FlagSet;
  readonly key: string;
  readonly context: JsonObject;
  /** Unix seconds, for `$flagd.timestamp`. */
  readonly timestamp: number;
}

export function evaluateFlag({ set, key, context, timestamp }: EvaluationInput): Evaluation {
  const flag = set.flags.get(key);
  if (flag === undefined) {
    return {
      ok: false,
      key,
      errorCode: 'FLAG_NOT_FOUND',
      errorDetails: `there is no flag "${key}"`,
      metadata: set.metadata,
      steps: [],
    };
  }
  const metadata = { ...set.metadata, ...flag.metadata };
  if (!flag.isEnabled)
    return {
      ok: true,
      key,
      reason: 'DISABLED',
      metadata,
      steps: [{ operator: 'state', says: 'the flag is disabled' }],
    };
  if (flag.targeting === null)
    return byDefault(flag, 'STATIC', metadata, [{ operator: 'targeting', says: 'the flag has no rule' }]);
  return target(flag, flag.targeting, { context, timestamp, metadata });
}

interface Targeting {
  readonly context: JsonObject;
  readonly timestamp: number;
  readonly metadata: FlagMetadata;
}

function target(flag: Flag, rule: Json, { context, timestamp, metadata }: Targeting): Evaluation {
  const steps: Step[] = [];
  const fail = (errorCode: FlagErrorCode, errorDetails: string): Evaluation => ({
    ok: false,
    key: flag.key,
    errorCode,
    errorDetails,
    metadata,
    steps,
  });
  const targetingKey = typeof context.targetingKey === 'string' ? context.targetingKey : null;
  let result: Json;
  try {
    result = run(rule, {
      data: { ...context, $flagd: { flagKey: flag.key, timestamp } },
      flagKey: flag.key,
      targetingKey,
      trace: (step) => steps.push(step),
      budget: { left: STEPS_MAX },
    });
  } catch (cause) {
    if (!(cause instanceof RuleTooLong)) throw cause;
    return fail('GENERAL', cause.message);
  }
  if (result === null) {
    const lacksKey =
      targetingKey === null &&
      steps.some(({ operator, says }) => operator === 'fractional' && says.includes('targetingKey'));
    if (lacksKey) return fail('TARGETING_KEY_MISSING', 'the rule divides by targetingKey, and the context has none');
    return byDefault(flag, 'DEFAULT', metadata, [...steps, { operator: 'targeting', says: 'the rule chose nothing' }]);
  }
  const variant = typeof result === 'boolean' ? String(result) : result;
  if (typeof variant !== 'string')
    return fail('GENERAL', `the rule answered ${JSON.stringify(result)}, which is no name of a variant`);
  if (!Object.hasOwn(flag.variants, variant))
    return fail('GENERAL', `the rule chose "${variant}", which is none of its variants`);
  const isSplit = steps.at(-1)?.operator === 'fractional';
  return {
    ok: true,
    key: flag.key,
    reason: isSplit ? 'SPLIT' : 'TARGETING_MATCH',
    value: flag.variants[variant] ?? null,
    variant,
    metadata,
    steps,
  };
}

function byDefault(flag: Flag, reason: FlagReason, metadata: FlagMetadata, steps: readonly Step[]): Evaluation {
  const { key, defaultVariant } = flag;
  if (defaultVariant === null) {
    return {
      ok: true,
      key,
      reason: 'DEFAULT',
      metadata,
      steps: [...steps, { operator: 'default', says: 'no default variant: the application uses its own' }],
    };
  }
  return {
    ok: true,
    key,
    reason,
    value: flag.variants[defaultVariant] ?? null,
    variant: defaultVariant,
    metadata,
    steps,
  };
}
