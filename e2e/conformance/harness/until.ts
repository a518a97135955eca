/** Asks again until it is so; for set-up, where expect.poll may not be used. */
const TIMEOUT_MS = 20_000;
const POLL_MS = 50;

/** @throws Error naming `what` when it does not become so in time */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not within ${TIMEOUT_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
