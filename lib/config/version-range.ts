/** Semantic versions (semver.org) and the ranges in `requires`; pre-releases count as versions of their own, never silently out. */

export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly pre: readonly string[];
}

const VERSION = /^[vV]?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;
/** Flag rules also meet "1" and "1.2". */
const SHORT = /^[vV]?(0|[1-9]\d*)(?:\.(0|[1-9]\d*))?$/;

/** Three numbers; undefined for anything else. */
export function parseVersion(text: string): Version | undefined {
  const match = VERSION.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch, pre] = match;
  return { major: Number(major), minor: Number(minor), patch: Number(patch), pre: pre?.split('.') ?? [] };
}

/** Also "1" and "1.2", as flagd's `sem_ver` accepts them. */
export function parseLooseVersion(text: string): Version | undefined {
  const short = SHORT.exec(text);
  if (short === null) return parseVersion(text);
  return { major: Number(short[1]), minor: Number(short[2] ?? 0), patch: 0, pre: [] };
}

/** Negative, 0 or positive. Build metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  const numbers = a.major - b.major || a.minor - b.minor || a.patch - b.patch;
  if (numbers !== 0) return numbers;
  if (a.pre.length === 0 || b.pre.length === 0) return (a.pre.length === 0 ? 1 : 0) - (b.pre.length === 0 ? 1 : 0);
  for (let i = 0; i < Math.max(a.pre.length, b.pre.length); i++) {
    const difference = comparePart(a.pre[i], b.pre[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function comparePart(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  const [isNumberA, isNumberB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumberA && isNumberB) return Number(a) - Number(b);
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

export const VERSION_OPERATORS = ['=', '!=', '<', '<=', '>', '>=', '^', '~'] as const;
export type VersionOperator = (typeof VERSION_OPERATORS)[number];

export function holds(version: Version, operator: VersionOperator, other: Version): boolean {
  const order = compareVersions(version, other);
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '^':
      return order >= 0 && compareVersions(version, caretEnd(other)) < 0;
    case '~':
      return order >= 0 && version.major === other.major && version.minor === other.minor;
  }
}

/** The first version that `^other` leaves out, with the lowest pre-release. */
function caretEnd({ major, minor, patch }: Version): Version {
  if (major > 0) return { major: major + 1, minor: 0, patch: 0, pre: ['0'] };
  if (minor > 0) return { major: 0, minor: minor + 1, patch: 0, pre: ['0'] };
  return { major: 0, minor: 0, patch: patch + 1, pre: ['0'] };
}

interface Comparator {
  readonly operator: VersionOperator;
  readonly version: Version;
}

/** Alternatives of comparators that must all hold: ">=1.4 <2 || ^3.0.0". Undefined when the text is no range. */
export function parseRange(text: string): readonly (readonly Comparator[])[] | undefined {
  const alternatives = text.split('||').map((part) => {
    const words = part
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '' && word !== '*');
    return words.map((word): Comparator | undefined => {
      const match = /^(=|!=|<=?|>=?|\^|~)?(.+)$/.exec(word);
      const version = parseLooseVersion(match?.[2] ?? '');
      const operator = VERSION_OPERATORS.find((one) => one === (match?.[1] ?? '='));
      return version === undefined || operator === undefined ? undefined : { operator, version };
    });
  });
  const isComplete = (part: (Comparator | undefined)[]): part is Comparator[] => !part.includes(undefined);
  return alternatives.every(isComplete) ? alternatives : undefined;
}

/** False also for what is no version at all. */
export function satisfies(version: string, range: string): boolean {
  const parsed = parseLooseVersion(version);
  if (parsed === undefined) return false;
  return (parseRange(range) ?? []).some((all) =>
    all.every(({ operator, version: other }) => holds(parsed, operator, other)),
  );
}

/** What a release demands of who uses it. */
export interface Requirements {
  readonly app?: string;
  readonly client?: string;
}

/** The requirement that is not met; undefined when all are. */
export function unmet(
  requires: Requirements,
  has: { readonly appVersion: string; readonly clientVersion: string },
): string | undefined {
  if (requires.app !== undefined && !satisfies(has.appVersion, requires.app)) {
    return `requires application ${requires.app}, this is ${has.appVersion || 'unknown'}`;
  }
  if (requires.client !== undefined && !satisfies(has.clientVersion, requires.client)) {
    return `requires client ${requires.client}, this is ${has.clientVersion || 'unknown'}`;
  }
  return undefined;
}
