/** Gates outside the fleet: a metric that must lie within bounds, a webhook that must say yes. Asked once per tick of a rollout. */
import type { CheckResult } from '../../../lib/config/gate.ts';
import { isArray, isObject, type Json } from '../../../lib/config/json.ts';
import type { MetricGate, Plan, WebhookGate } from '../../../lib/config/plan.ts';
import { checkRefusal } from './check-hosts.ts';

const TIMEOUT_MS = 5_000;
const ANSWER_BYTES_MAX = 64 * 1024;

export interface WebhookPayload {
  readonly rolloutId: string;
  readonly target: string;
  readonly phase: number;
  readonly state: string;
}

export const hasChecks = ({ gate }: Plan): boolean => gate.metrics.length + gate.webhooks.length > 0;

/** Hosts beside `checkHosts` are not dialled: their checks are errors. */
export function runChecks(
  { gate }: Plan,
  payload: WebhookPayload,
  checkHosts: readonly string[],
): Promise<CheckResult[]> {
  const unless = ({ name, url }: WebhookGate, asked: () => Promise<CheckResult>): Promise<CheckResult> => {
    const refusal = checkRefusal(url, checkHosts);
    return refusal === null ? asked() : Promise.resolve({ name, is: 'error', why: refusal });
  };
  return Promise.all([
    ...gate.metrics.map((metric) => unless(metric, () => askMetric(metric))),
    ...gate.webhooks.map((hook) => unless(hook, () => askWebhook(hook, payload))),
  ]);
}

async function askMetric({ name, url, query, min, max }: MetricGate): Promise<CheckResult> {
  const address = new URL(url);
  if (query !== '') address.searchParams.set('query', query);
  const answer = await ask(address, {});
  if ('problem' in answer) return { name, is: 'error', why: answer.problem };
  const value = numberIn(answer.body);
  if (value === undefined) return { name, is: 'error', why: 'the answer holds no single number' };
  if (min !== null && value < min) return { name, is: 'fail', why: `${value} is below ${min}` };
  if (max !== null && value > max) return { name, is: 'fail', why: `${value} is above ${max}` };
  return { name, is: 'pass', why: `${value}` };
}

async function askWebhook({ name, url }: WebhookGate, payload: WebhookPayload): Promise<CheckResult> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(payload) };
  const answer = await ask(new URL(url), init);
  if (!('problem' in answer)) return { name, is: 'pass', why: `answered ${answer.status}` };
  return { name, is: answer.status === undefined ? 'error' : 'fail', why: answer.problem };
}

type Answer =
  | { readonly status: number; readonly body: string }
  | { readonly status?: number; readonly problem: string };

async function ask(address: URL, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(address, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    let body = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      body += decoder.decode(chunk, { stream: true });
      if (body.length > ANSWER_BYTES_MAX) return { problem: `the answer is larger than ${ANSWER_BYTES_MAX} bytes` };
    }
    return response.ok
      ? { status: response.status, body }
      : { status: response.status, problem: `answered ${response.status}` };
  } catch (cause) {
    return { problem: cause instanceof Error ? `no answer: ${cause.message}` : 'no answer' };
  }
}

/** A plain number, or Prometheus' scalar, or its vector of one sample. */
export function numberIn(body: string): number | undefined {
  let json: Json;
  try {
    json = JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
  const data = isObject(json) && isObject(json.data) ? json.data.result : json;
  const sample = isArray(data) && data.length === 1 && isObject(data[0]) ? data[0].value : data;
  const text = isArray(sample) ? sample[1] : sample;
  const value =
    typeof text === 'number' ? text : typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}
