/** The wall clock as it stood when this process began, going on steadily: a jump of the machine's clock moves no deadline. */
const startedAt = Date.now() - performance.now();

/** Milliseconds since the epoch, whole. */
export const steadyNow = (): number => Math.round(startedAt + performance.now());
