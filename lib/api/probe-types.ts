/** The dry run on live instances: each validates a release without applying it (paths: routes.ts). */
import type { WireTime } from './types.ts';

export interface ProbeBody {
  readonly target: string;
  /** Null: nobody is asked any more. */
  readonly releaseId: string | null;
  /** How long answers are waited for. */
  readonly seconds: number;
  readonly expectGeneration: number;
  readonly idempotencyKey: string;
  readonly by?: string;
}

export type ProbeAnswer = 'accepts' | 'rejects' | 'waiting' | 'held back';

export interface ProbeView {
  readonly releaseId: string;
  readonly semver: string | null;
  readonly askedAt: WireTime;
  readonly until: WireTime;
  readonly counts: Readonly<Record<ProbeAnswer, number>>;
  /** Every live instance of the target, by name. */
  readonly instances: readonly {
    readonly key: string;
    readonly instanceId: string;
    readonly is: ProbeAnswer;
    /** Where in the document, for one that rejects. */
    readonly path: string;
    readonly why: string;
  }[];
}
