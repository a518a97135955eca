/** HashKV of every member at one revision. */
import { Probe } from '../conformance/harness/probe.ts';

const DEADLINE_MS = 120_000;

/** One text for each member; equal texts are equal histories. */
export async function hashesOf(endpoints: readonly string[], revision: number): Promise<string[]> {
  return Promise.all(
    endpoints.map(async (endpoint) => {
      const probe = new Probe(endpoint);
      try {
        const answer = await probe.call('hashKv', { revision }, { deadlineMs: DEADLINE_MS });
        return answer.ok ? `${answer.value.hash} from ${answer.value.compactRevision}` : answer.message;
      } finally {
        probe.close();
      }
    }),
  );
}
