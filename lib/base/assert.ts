/** Broken invariants stop the process; expected outcomes are values (see result.ts). Assertions stay on in production. */

export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** @throws AssertionError with `message` (put both offending values in it) when `condition` is false. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Closes an exhaustive switch: a compile error when a case is missing, an AssertionError when data lies. */
export function assertNever(value: never, where: string): never {
  throw new AssertionError(`${where}: unexpected value ${String(value)}`);
}

/** Narrows away null and undefined where an invariant, named in `message`, guarantees presence. */
export function defined<T>(value: T | null | undefined, message: string): T {
  if (value === null || value === undefined) throw new AssertionError(message);
  return value;
}
