/** What takes long with a large value, by name: done in a worker, or at once where the value is small (away-work.ts). */
import type { WireBytes } from '../api/types.ts';
import { decodeValue } from './encodings/decode.ts';
import { prettyJson } from './json-text.ts';
import { diffValues } from './value-diff.ts';

const VALUE_WORK = {
  diff: diffValues,
  decode: decodeValue,
  /** The layout of JSON; the text itself where it is none. */
  pretty: (value: WireBytes): string => (typeof value === 'string' ? (prettyJson(value) ?? value) : ''),
} as const;

export type WorkName = keyof typeof VALUE_WORK;
export type WorkInput<N extends WorkName> = Parameters<(typeof VALUE_WORK)[N]>[0];
export type WorkOutput<N extends WorkName> = Awaited<ReturnType<(typeof VALUE_WORK)[N]>>;

export interface WorkRequest<N extends WorkName = WorkName> {
  readonly id: number;
  readonly name: N;
  readonly input: WorkInput<N>;
}

export type WorkAnswer =
  | { readonly id: number; readonly output: WorkOutput<WorkName> }
  | { readonly id: number; readonly error: string };

/** Here and now. Rejects as the work throws. */
export async function doWork<N extends WorkName>(name: N, input: WorkInput<N>): Promise<WorkOutput<N>> {
  // The table says which input belongs to which name; the compiler does not follow it through a union of functions.
  const work = VALUE_WORK[name] as (input: WorkInput<N>) => WorkOutput<N> | Promise<WorkOutput<N>>;
  return work(input);
}
