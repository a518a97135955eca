/** What an application gives and gets. */
import type { JsonObject, Pointer } from '../../config/json.ts';
import type { Health, LayerRelease, ReportError } from '../../config/report.ts';
import type { Place } from '../../config/target.ts';

export const CLIENT_VERSION = '1.0.0';

/** Thrown by `validate` or `apply`, it tells the author of the change where the fault is. */
export class ConfigRejected extends Error {
  override readonly name = 'ConfigRejected';
  readonly path: Pointer;

  constructor(path: Pointer, message: string) {
    super(message);
    this.path = path;
  }
}

/** A merged document and the releases it is made of. */
export interface Tried {
  readonly values: JsonObject;
  readonly layers: readonly LayerRelease[];
  /** Of the canonical text of `values`. */
  readonly sha256: string;
}

/** What this instance is to use. */
export interface Offer extends Tried {
  /** To be validated and not applied; null: nothing. */
  readonly probe: Tried | null;
  /** How many are told the same at this moment, as far as it is known: what they report is spread over that. */
  readonly readers: number;
}

export interface Identity extends Place {
  readonly instanceId: string;
  readonly tags: readonly string[];
  readonly appVersion: string;
  /** Hashes of the schemas it validates with: a change is checked against each version that runs. */
  readonly schemaVersions: readonly string[];
}

export interface SourceListener {
  readonly onOffer: (offer: Offer) => void;
  readonly onTrouble: (reason: string) => void;
  /** Something is in use: who has nothing need not be told that nothing is served any more. */
  readonly hasDocument: () => boolean;
}

/** Where offers come from and reports go to. */
export interface ConfigSource {
  /** Calls back with each offer, the first as soon as it is known; never ends by itself. */
  start(listener: SourceListener): void;
  /** Resolves when it has been taken. */
  report(report: OwnReport): Promise<void>;
  /** Leaves the fleet in good order. */
  leave(): Promise<void>;
  /** Just stops, as a process that ends does. */
  close(): void;
}

/** The part of a report that the runner knows. */
export interface OwnReport {
  readonly bootId: string;
  readonly seq: number;
  readonly state: 'PENDING' | 'APPLIED' | 'REJECTED' | 'WOULD_ACCEPT' | 'WOULD_REJECT';
  readonly layers: readonly LayerRelease[];
  readonly running: readonly LayerRelease[];
  readonly error: ReportError | null;
  readonly health: Health;
  readonly appliedAt: number | null;
  readonly reportedAt: number;
  readonly configSha256: string;
}
