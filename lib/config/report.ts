/** What an instance says about itself, and who it is. */
import type { Pointer } from './json.ts';
import type { TargetId } from './target.ts';

export const REPORT_STATES = [
  'PENDING',
  'APPLIED',
  'REJECTED',
  'INCOMPATIBLE',
  'WOULD_ACCEPT',
  'WOULD_REJECT',
] as const;
export type ReportState = (typeof REPORT_STATES)[number];
export const HEALTH = ['UP', 'DEGRADED', 'DOWN'] as const;
export type Health = (typeof HEALTH)[number];

/** A release as an instance was told to use it. */
export interface LayerRelease {
  readonly target: TargetId;
  readonly releaseId: string;
  /** Of the assignment that told so. */
  readonly generation: number;
}

export interface ReportError {
  /** A word programs can compare: "schema", "apply", "crash". */
  readonly code: string;
  /** Where in the document. */
  readonly path: Pointer;
  readonly message: string;
}

export interface InstanceReport {
  readonly instanceId: string;
  readonly app: string;
  readonly env: string;
  readonly service: string;
  readonly bundle: string;
  /** New with every start of the process. */
  readonly bootId: string;
  /** Grows with every report of one boot. */
  readonly seq: number;
  readonly clientVersion: string;
  readonly appVersion: string;
  readonly tags: readonly string[];
  /** Hashes of the schemas it validates with. */
  readonly schemaVersions: readonly string[];
  readonly state: ReportState;
  /** What `state` speaks about. */
  readonly layers: readonly LayerRelease[];
  /** What it runs now; for REJECTED the one before. */
  readonly running: readonly LayerRelease[];
  readonly error: ReportError | null;
  readonly health: Health;
  /** Milliseconds since the epoch by its own clock; for people. */
  readonly appliedAt: number | null;
  readonly reportedAt: number;
  readonly configSha256: string;
}

export const ERROR_MESSAGE_MAX = 1024;
export const TAGS_MAX = 32;

/** What this instance was told for one target, and what it runs there. */
export function layerOfReport(
  report: InstanceReport,
  target: TargetId,
): { readonly told: LayerRelease | undefined; readonly runs: LayerRelease | undefined } {
  const of = (layers: readonly LayerRelease[]) => layers.find((layer) => layer.target === target);
  return { told: of(report.layers), runs: of(report.running) };
}
