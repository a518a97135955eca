/** What the client port is told by flags besides its URLs: bounds of HTTP/2, how talkative /metrics is and where else it is served. */
import { parseDurationMs } from '../../../lib/base/duration.ts';
import { FLAG_DEFAULTS, type FlagName, type FlagValues, MemberSettingsError } from './flag-table.ts';
import { parseUrls } from './urls.ts';

export interface PortSettings {
  /** `--metrics`: extensive times every call. */
  readonly metrics: 'basic' | 'extensive';
  /** Where /metrics and the health pages are served besides the client port; https:// with the certificates of clients. */
  readonly listenMetricsUrls: readonly string[];
  /** `--listen-client-http-urls`: where clients are served as well. */
  readonly listenClientHttpUrls: readonly string[];
  /** `--max-concurrent-streams`: of one connection. The port's own bound holds all the same. */
  readonly streamsMax: number;
  /** `--grpc-keepalive-min-time`, `-interval`, `-timeout`. */
  readonly keepAlive: { readonly clientPingMinMs: number; readonly intervalMs: number; readonly timeoutMs: number };
}

const KEEP_ALIVE = { minMs: 0, maxMs: 500 * 3_600_000, words: 'from 0 to 500h: give a duration like 20s' };
const UINT32_MAX = 2 ** 32 - 1;

/** @throws MemberSettingsError */
export function portSettings(values: FlagValues): PortSettings {
  const metrics = textOf(values, 'metrics');
  if (metrics !== 'basic' && metrics !== 'extensive')
    throw new MemberSettingsError(`--metrics: "${metrics}" is neither "basic" nor "extensive"`);
  const streams = wholeNumber('max-concurrent-streams', values, { min: 0, max: UINT32_MAX });
  return {
    metrics,
    listenMetricsUrls: urlsOf(values, 'listen-metrics-urls'),
    listenClientHttpUrls: urlsOf(values, 'listen-client-http-urls'),
    // As in grpc servers, 0 is no bound of the operator's.
    streamsMax: streams === 0 ? UINT32_MAX : streams,
    keepAlive: {
      clientPingMinMs: duration('grpc-keepalive-min-time', values, KEEP_ALIVE),
      intervalMs: duration('grpc-keepalive-interval', values, KEEP_ALIVE),
      timeoutMs: duration('grpc-keepalive-timeout', values, KEEP_ALIVE),
    },
  };
}

function urlsOf(values: FlagValues, flag: FlagName): string[] {
  const text = textOf(values, flag);
  return text === '' ? [] : parseUrls(`--${flag}`, text);
}

const textOf = (values: FlagValues, flag: FlagName): string => values.get(flag) ?? FLAG_DEFAULTS[flag] ?? '';

/** @throws MemberSettingsError */
export function wholeNumber(
  flag: FlagName,
  values: FlagValues,
  range: { readonly min: number; readonly max: number },
): number {
  const text = textOf(values, flag);
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < range.min || value > range.max)
    throw new MemberSettingsError(`--${flag}: "${text}" is not a whole number from ${range.min} to ${range.max}`);
  return value;
}

/** @throws MemberSettingsError */
export function duration(
  flag: FlagName,
  values: FlagValues,
  range: { readonly minMs: number; readonly maxMs: number; readonly words: string },
): number {
  const text = textOf(values, flag);
  const ms = parseDurationMs(text) ?? -1;
  if (ms < range.minMs || ms > range.maxMs)
    throw new MemberSettingsError(`--${flag}: "${text}" is not a time ${range.words}`);
  return ms;
}
