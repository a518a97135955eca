/** Where configuration lies in the store, under one prefix that the settings may move. */

import { EMPTY_BYTES, prefixRangeEnd, utf8Encode } from '../../../lib/base/bytes.ts';
import type { TargetId } from '../../../lib/config/target.ts';
import type { KeyRange } from '../../../lib/keys/ranges.ts';

/** What the settings say of configuration in every store. */
export interface ConfigSettings {
  /** Where it lies; ends with a slash. */
  readonly prefix: string;
  /** host:port each, lower case: whom the gates of rollouts may ask. */
  readonly checkHosts: readonly string[];
}

export const DEFAULT_CONFIG_PREFIX = '/quorate/config/';

export const FAMILIES = [
  'targets',
  'schemas',
  'prefixes',
  'drafts',
  'releases',
  'assign',
  'rollouts',
  'rosters',
  'logs',
  'active',
  'instances',
  'probes',
  'left',
  'controller',
] as const;
export type Family = (typeof FAMILIES)[number];

/** Digits of a position in a log, so that keys sort as numbers do. */
const LOG_DIGITS = 16;

export class ConfigKeys {
  readonly prefix: string;

  /** @param prefix ends with a slash */
  constructor(prefix: string) {
    this.prefix = prefix;
  }

  key(family: Family, name: string): string {
    return `${this.prefix}${family}/${name}`;
  }

  /** The family and the name in it; undefined for keys that are none of ours. */
  parse(key: string): { readonly family: Family; readonly name: string } | undefined {
    if (!key.startsWith(this.prefix)) return undefined;
    const rest = key.slice(this.prefix.length);
    const slash = rest.indexOf('/');
    const family = FAMILIES.find((one) => one === rest.slice(0, slash));
    return slash < 0 || family === undefined ? undefined : { family, name: rest.slice(slash + 1) };
  }

  range(): KeyRange {
    const key = utf8Encode(this.prefix);
    return { key, end: prefixRangeEnd(key) };
  }

  /** All documents of one kind. */
  family(family: Family): KeyRange {
    const key = utf8Encode(this.key(family, ''));
    return { key, end: prefixRangeEnd(key) };
  }

  release = (target: TargetId, releaseId: string): string => this.key('releases', `${target}/${releaseId}`);
  logEntry = (rolloutId: string, at: number, index: number): string =>
    this.key('logs', `${rolloutId}/${String(at).padStart(LOG_DIGITS, '0')}-${String(index).padStart(3, '0')}`);
  leader = (): string => this.key('controller', 'leader');
}

export const rangeOf = (key: string): KeyRange => ({ key: utf8Encode(key), end: EMPTY_BYTES });
