/** What may be done to a rollout, by name. */
export const ROLLOUT_ACTS = [
  'approve',
  'start',
  'pause',
  'resume',
  'advance',
  'force',
  'promote',
  'abort',
  'cancel',
  'rebase',
  'revert',
] as const;
export type RolloutAct = (typeof ROLLOUT_ACTS)[number];
