/**
 * What the check says of one file. `torn` is what a crash leaves and a start cuts; `left over` what a start removes. Neither
 * is damage.
 */
export interface FileReport {
  readonly path: string;
  readonly verdict: 'whole' | 'torn' | 'left over' | 'damaged';
  readonly facts: readonly string[];
}

/** What a member would do that is started on the directory now. */
export type StartReport =
  | { readonly kind: 'starts'; readonly facts: readonly string[]; readonly changes: readonly string[] }
  | { readonly kind: 'refuses'; readonly reason: string };

export interface CheckReport {
  readonly dir: string;
  readonly files: readonly FileReport[];
  readonly start: StartReport;
}
