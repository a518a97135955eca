/** What configuration is called on the screen. */
import type { RolloutSummary } from '../../lib/api/config-types.ts';
import type { Json } from '../../lib/config/json.ts';
import type { RolloutState } from '../../lib/config/rollout-document.ts';
import { bundleOf, layerOf, scopeWords, type TargetId } from '../../lib/config/target.ts';
import type { Tone } from '../ui/badge.tsx';

/** Longer values are cut in tables; the document itself shows them whole. */
const VALUE_CHARS = 160;

export const valueText = (value: Json): string => {
  const text = JSON.stringify(value);
  return text.length > VALUE_CHARS ? `${text.slice(0, VALUE_CHARS)}…` : text;
};

export const targetWords = (
  target: TargetId,
): { readonly bundle: string; readonly scope: string; readonly layer: string } => ({
  bundle: bundleOf(target),
  scope: scopeWords(target),
  layer: layerOf(target),
});

export const STATE_WORDS: Readonly<Record<RolloutState, string>> = {
  DRAFT: 'ready to start',
  INVALID: 'invalid',
  AWAITING_APPROVAL: 'waits for approval',
  SCHEDULED: 'scheduled',
  PROGRESSING: 'under way',
  PAUSED: 'paused',
  BAKING: 'baking',
  ROLLING_BACK: 'rolling back',
  COMPLETED: 'completed',
  ROLLED_BACK: 'rolled back',
  CANCELLED: 'cancelled',
  SUPERSEDED: 'superseded',
  REVERTED: 'reverted',
};

export const STATE_TONES: Readonly<Record<RolloutState, Tone>> = {
  DRAFT: 'neutral',
  INVALID: 'bad',
  AWAITING_APPROVAL: 'lease',
  SCHEDULED: 'lease',
  PROGRESSING: 'accent',
  PAUSED: 'risk',
  BAKING: 'accent',
  ROLLING_BACK: 'bad',
  COMPLETED: 'good',
  ROLLED_BACK: 'bad',
  CANCELLED: 'stale',
  SUPERSEDED: 'stale',
  REVERTED: 'stale',
};

/** "under way, 20 %", "paused: a layer it rests on changed". */
export function rolloutWords({
  state,
  percent,
  pauseReason,
}: Pick<RolloutSummary, 'state' | 'percent' | 'pauseReason'>): string {
  if (state === 'PROGRESSING') return `under way, ${percent} %`;
  if (state === 'PAUSED' && pauseReason !== null) return `paused: ${PAUSE_WORDS[pauseReason]}`;
  return STATE_WORDS[state];
}

const PAUSE_WORDS: Readonly<Record<NonNullable<RolloutSummary['pauseReason']>, string>> = {
  MANUAL: 'by hand',
  STEP_PAUSE: 'waits for somebody to go on',
  INCONCLUSIVE: 'no clear verdict in time',
  NO_TARGETS: 'nobody is there',
  BASE_CHANGED: 'what it rests on changed',
  EVALUATION_ERROR: 'a check cannot be evaluated',
  ENVIRONMENT_DEGRADED: 'stable instances fail as well',
};

/** Objects of plain values can be edited as a form. */
export function isFlat(value: Json): value is Readonly<Record<string, string | number | boolean | null>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((one) => one === null || typeof one !== 'object');
}

export const prettyJson = (value: Json): string => JSON.stringify(value, null, 2);
