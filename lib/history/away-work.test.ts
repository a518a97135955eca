import { afterEach, expect, test, vi } from 'vitest';
import type { WorkRequest } from './value-work.ts';

/** A worker that answers when it is told to. */
class StubWorker {
  static readonly made: StubWorker[] = [];
  readonly asked: WorkRequest[] = [];
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onerror: (() => void) | null = null;

  constructor() {
    StubWorker.made.push(this);
  }

  postMessage(request: WorkRequest): void {
    this.asked.push(request);
  }
}

/** A page of its own: the worker is one for each. */
async function freshPage(): Promise<typeof import('./away-work.ts')> {
  vi.resetModules();
  StubWorker.made.length = 0;
  return import('./away-work.ts');
}

afterEach(() => vi.unstubAllGlobals());

const LAID_OUT = '{\n  "a": 1\n}';

test('where there are no workers the work is done in place', async () => {
  vi.stubGlobal('Worker', undefined);
  const { workAway } = await freshPage();
  expect(await workAway('pretty', '{"a":1}')).toBe(LAID_OUT);
});

test('one worker serves the page, and each answer goes to who asked', async () => {
  vi.stubGlobal('Worker', StubWorker);
  const { workAway } = await freshPage();
  const answers = [workAway('pretty', 'one'), workAway('pretty', 'two'), workAway('pretty', 'three')];
  const [worker] = StubWorker.made;
  expect(StubWorker.made).toHaveLength(1);
  const [first, second, third] = worker?.asked ?? [];
  worker?.onmessage?.({ data: { id: second?.id, output: '2' } });
  worker?.onmessage?.({ data: { id: third?.id, error: 'it broke' } });
  worker?.onmessage?.({ data: { id: first?.id, output: '1' } });
  expect(await answers[0]).toBe('1');
  expect(await answers[1]).toBe('2');
  await expect(answers[2]).rejects.toThrow('it broke');
});

test('when the worker turns out not to be there, what waits for it is done in place, and what follows too', async () => {
  vi.stubGlobal('Worker', StubWorker);
  const { workAway } = await freshPage();
  const waiting = workAway('pretty', '{"a":1}');
  StubWorker.made[0]?.onerror?.();
  expect(await waiting).toBe(LAID_OUT);
  expect(await workAway('pretty', '{"a":1}')).toBe(LAID_OUT);
  expect(StubWorker.made).toHaveLength(1);
});
