/** What the console says of leaders that come and go, over its HTTP API and live stream, on real processes. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Product, startProduct } from '../fixtures/product.ts';

/** As long as an operator may be left believing what is no longer so. */
const SEEN_WITHIN_MS = 1_000;
const FLIPS = 10;
const BETWEEN_FLIPS_MS = 2_000;

interface Cluster {
  readonly leaderId: string | null;
  readonly members: readonly { readonly id: string; readonly name: string; readonly isLeader: boolean }[];
  readonly leaderChanges: readonly { readonly at: number; readonly term: string; readonly leaderId: string | null }[];
}

describe('leaders of the bundled store', { timeout: 120_000 }, () => {
  let product: Product;
  let seen: { readonly at: number; readonly view: Cluster }[];
  const stop = new AbortController();

  beforeAll(async () => {
    product = await startProduct();
    seen = [];
    void follow();
    await vi.waitFor(() => expect(seen.at(-1)?.view.leaderId ?? null).not.toBeNull(), { timeout: 20_000 });
  }, 180_000);
  afterAll(async () => {
    stop.abort();
    await product.stop();
  });

  /** The stream that every browser reads, with the moment each view arrived. */
  async function follow(): Promise<void> {
    const response = await fetch(`${product.url}/api/v1/stores/local/live`, { signal: stop.signal });
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        const frames = text.split('\n\n');
        text = frames.pop() ?? '';
        for (const frame of frames) {
          const data = /^event: cluster\n(?:id: .*\n)?data: (.*)$/m.exec(frame)?.[1];
          if (data !== undefined) seen.push({ at: Date.now(), view: JSON.parse(data) as Cluster });
        }
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
  }

  const now = (): Cluster => {
    const last = seen.at(-1);
    if (last === undefined) throw new Error('nothing was seen yet');
    return last.view;
  };

  async function post<T>(path: string, body: unknown): Promise<T> {
    const response = await fetch(`${product.url}/api/v1/stores/local/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as T;
    expect(response.status, JSON.stringify(answer)).toBe(200);
    return answer;
  }

  /** Asked of the members themselves, beside the console: the fact. */
  async function leaderByStatus(): Promise<string | null> {
    const claims = await Promise.all(
      product.endpoints.map(async (endpoint) => {
        try {
          const response = await fetch(`http://${endpoint}/v3/maintenance/status`, {
            method: 'POST',
            body: '{}',
            signal: AbortSignal.timeout(500),
          });
          const status = (await response.json()) as {
            readonly header: { readonly member_id: string };
            readonly leader?: string;
          };
          return status.leader === status.header.member_id ? BigInt(status.leader).toString(16) : null;
        } catch {
          return null;
        }
      }),
    );
    return claims.find((claim) => claim !== null) ?? null;
  }

  const firstSeen = (isSo: (view: Cluster) => boolean, from: number) =>
    vi.waitFor(
      () => {
        const found = seen.find(({ at, view }) => at >= from && isSo(view));
        if (found === undefined) throw new Error('not seen yet');
        return found.at;
      },
      { timeout: 20_000, interval: 5 },
    );

  test('ten hand-overs in twenty seconds are ten, each with its term, and none is called unknown', async () => {
    const before = now().leaderChanges.length;
    const startedAt = Date.now();
    const delays: number[] = [];
    for (let flip = 0; flip < FLIPS; flip++) {
      const view = now();
      const target = view.members.find((member) => !member.isLeader)?.id ?? '';
      const action = { type: 'moveLeader', member: target };
      const { state } = await post<{ readonly state: string }>('cluster/plan', { action });
      const askedAt = Date.now();
      await post('cluster/actions', { action, state, idempotencyKey: `leaders-test-${flip}` });
      const doneAt = Date.now();
      delays.push((await firstSeen(({ leaderId }) => leaderId === target, askedAt)) - doneAt);
      await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(startedAt + (flip + 1) * BETWEEN_FLIPS_MS), {
        timeout: 5_000,
        interval: 10,
      });
    }
    const led = now()
      .leaderChanges.slice(before)
      .filter(({ leaderId }) => leaderId !== null);
    expect(led).toHaveLength(FLIPS);
    expect(new Set(led.map(({ term }) => term)).size).toBe(FLIPS);
    expect(Math.max(...delays), `seen after ${delays.join(', ')} ms`).toBeLessThan(SEEN_WITHIN_MS);
    for (const { at } of led) {
      const why = await fetch(`${product.url}/api/v1/stores/local/cluster/election?at=${at}`);
      expect(await why.json()).toMatchObject({ cause: 'planned', certainty: 'known' });
    }
  });

  test('a leader that is killed: nobody leads, then the next one, each within a second of the fact', async () => {
    const leader = now().members.find((member) => member.isLeader);
    const killedAt = Date.now();
    product.killMember(leader?.name ?? '');
    const noneAt = await firstSeen(({ leaderId }) => leaderId === null, killedAt);
    expect(noneAt - killedAt).toBeLessThan(SEEN_WITHIN_MS);
    const factAt = await vi.waitFor(
      async () => {
        const fact = await leaderByStatus();
        if (fact === null || fact === leader?.id) throw new Error('nobody leads yet');
        return Date.now();
      },
      { timeout: 20_000, interval: 5 },
    );
    const nextAt = await firstSeen(({ leaderId }) => leaderId !== null && leaderId !== leader?.id, killedAt);
    expect(nextAt - factAt).toBeLessThan(SEEN_WITHIN_MS);
    const change = now().leaderChanges.at(-1);
    const why = await fetch(`${product.url}/api/v1/stores/local/cluster/election?at=${change?.at}`);
    expect(await why.json()).toMatchObject({ cause: 'stopped', certainty: 'known' });
  });
});
