/** What separates folders, as `?d=` says it. */

export const DEFAULT_DELIMITER = '/';
/** `?d=` of a flat list: an empty parameter would read as "not given". */
const FLAT = 'none';

/** @param param null: it is not in the address. Empty: a flat list. */
export const delimiterOf = (param: string | null): string =>
  param === null ? DEFAULT_DELIMITER : param === FLAT ? '' : param;

/** Null: left out of the address. */
export const delimiterParam = (delimiter: string): string | null =>
  delimiter === DEFAULT_DELIMITER ? null : delimiter === '' ? FLAT : delimiter;
