/**
 * The subscriptions of a watch, and how each stands in the address: `?sub=key=/a/&type=put&sub=…`, one parameter each, so that a watch
 * can be shared. What is left at its default is left out; what cannot be read is ignored.
 */
import { type ChangeFilter, type FilterMatch, NO_FILTER, type ShownTypes } from './change-filter.ts';

/** As many as there are colours, and letters, to tell them apart by. */
export const SUBSCRIPTIONS_MAX = 8;

const MATCHES: readonly FilterMatch[] = ['prefix', 'contains', 'key'];
const TYPES: readonly ShownTypes[] = ['all', 'put', 'delete'];

/** "A" for the first. */
export const letterOf = (index: number): string => String.fromCharCode(65 + index);

/** The part of an address behind `sub=`, before it is escaped. Empty for a subscription to everything. */
export function subscriptionText(filter: ChangeFilter): string {
  const params = new URLSearchParams();
  if (filter.text !== '') params.set('key', filter.text);
  if (filter.match !== NO_FILTER.match) params.set('match', filter.match);
  if (filter.types !== NO_FILTER.types) params.set('type', filter.types);
  if (filter.value !== '') params.set('value', filter.value);
  if (filter.lease !== NO_FILTER.lease) params.set('lease', filter.lease);
  return params.toString();
}

/** The parameters of the Watch page that show one subscription, live. */
export const watchParams = (filter: Partial<ChangeFilter>): Readonly<Record<string, string | null>> => ({
  sub: subscriptionText({ ...NO_FILTER, ...filter }),
  rev: null,
});

export function parseSubscription(text: string): ChangeFilter {
  const params = new URLSearchParams(text);
  const match = MATCHES.find((one) => one === params.get('match'));
  const types = TYPES.find((one) => one === params.get('type'));
  return {
    text: params.get('key') ?? '',
    match: match ?? NO_FILTER.match,
    types: types ?? NO_FILTER.types,
    value: params.get('value') ?? '',
    lease: params.get('lease') ?? NO_FILTER.lease,
  };
}

/** What the chip of a subscription says: "/a/…", "/a/b", "…lock…", "every key". */
export function subscriptionName({ text, match }: ChangeFilter): string {
  if (text === '') return 'every key';
  if (match === 'key') return text;
  return match === 'prefix' ? `${text}…` : `…${text}…`;
}

/** The longest prefix that every key of every subscription starts with; '' when there is none. */
export function commonPrefix(filters: readonly ChangeFilter[]): string {
  const prefixes = filters.map(({ text, match }) => (match === 'contains' ? '' : text));
  let common = prefixes[0] ?? '';
  for (const prefix of prefixes) while (!prefix.startsWith(common)) common = common.slice(0, -1);
  // Keys that are not text match as the screen shows them, their bytes written out behind a backslash.
  common = common.split('\\', 1)[0] ?? '';
  // Half of a surrogate pair is no prefix of any key's bytes.
  return common.isWellFormed() ? common : common.slice(0, -1);
}
