/** A search through keys or values, as the lines of its answer: progress and matches as they come, then one end. */
import type { KeyMeta, WireInt } from './types.ts';

export interface FindQuery {
  readonly in: 'keys' | 'values';
  /** 'text': lower-case text ignores ASCII case. 'regex': a JavaScript regular expression. */
  readonly mode: 'text' | 'regex';
  readonly q: string;
}

/** Where a value matches: a line of its text around the place, or nothing readable. */
export interface FindExcerpt {
  readonly before: string;
  readonly match: string;
  readonly after: string;
}

export type FindLine =
  /** First: what will be searched. */
  | { readonly kind: 'start'; readonly revision: WireInt; readonly keys: number }
  | { readonly kind: 'match'; readonly key: KeyMeta; readonly excerpt: FindExcerpt | null }
  | { readonly kind: 'progress'; readonly searched: number; readonly bytes: number }
  | {
      readonly kind: 'end';
      readonly revision: WireInt;
      /** Keys looked at; those in `notSearched` among them. */
      readonly searched: number;
      readonly keys: number;
      readonly matches: number;
      /** Every key was searched. */
      readonly complete: boolean;
      /** Why it ended early: enough matches, or a pattern that takes too long. Null when complete. */
      readonly reason: string | null;
      /** Looked at but not judged, with the reason. */
      readonly notSearched: readonly { readonly keys: number; readonly reason: string }[];
    }
  | { readonly kind: 'error'; readonly code: string; readonly message: string };
