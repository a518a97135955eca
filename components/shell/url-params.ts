/** How one name of the address is read and written. Texts that say nothing sensible read as if they were not there. */
export interface UrlParam<T> {
  /** @param texts as often as the name occurs, at least once */
  read(texts: readonly string[]): T | null;
  write(value: T): readonly string[];
  /** What an address without it means; null where absence is a state of its own. */
  readonly fallback: T | null;
}

/** One that always has a value; the fallback itself is never written. */
export interface UrlParamWithFallback<T> extends UrlParam<T> {
  readonly fallback: T;
}

interface Codec<T> {
  parse(text: string): T | null;
  serialize(value: T): string;
}

export const single = <T>({ parse, serialize }: Codec<T>): UrlParam<T> => ({
  read: ([text]) => (text === undefined ? null : parse(text)),
  write: (value) => [serialize(value)],
  fallback: null,
});

/** One occurrence for each item; those that say nothing sensible are left out. */
export const listOf = <T>({ parse, serialize }: Codec<T>): UrlParam<readonly T[]> => ({
  read: (texts) => texts.map(parse).filter((item) => item !== null),
  write: (items) => items.map(serialize),
  fallback: null,
});

export const textParam: UrlParam<string> = single<string>({ parse: (text) => text, serialize: (text) => text });

export const oneOf = <const T extends string>(values: readonly T[]): UrlParam<T> =>
  single<T>({ parse: (text) => values.find((value) => value === text) ?? null, serialize: (value) => value });

export const withFallback = <T>(param: UrlParam<T>, fallback: T): UrlParamWithFallback<T> => ({ ...param, fallback });

/** The value that a name's texts stand for. */
export const readParam = <T>(param: UrlParam<T>, texts: readonly string[]): T | null =>
  (texts.length === 0 ? null : param.read(texts)) ?? param.fallback;

/** The texts a value is written as; none: the name is left out. */
export function writeParam<T>(param: UrlParam<T>, value: T | null): readonly string[] {
  if (value === null) return [];
  const texts = param.write(value);
  return param.fallback !== null && same(param.write(param.fallback), texts) ? [] : texts;
}

const same = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((text, at) => text === other[at]);
