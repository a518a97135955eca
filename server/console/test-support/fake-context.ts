import type { FakeEngine } from '../../engines/test-support/fake-engine.ts';
import { Authors } from '../audit/authors.ts';
import { PastViews } from '../history/past-views.ts';
import { Hub } from '../hub/hub.ts';
import type { StoreContext } from '../operations/context.ts';
import { THIS_CONSOLE } from '../operations/own-writes.ts';

/** A store as operations see it, on an engine in memory. Its hub is not started, and must be closed. */
export function fakeContext(engine: FakeEngine): StoreContext {
  const ignore = (): void => undefined;
  const hub = new Hub({ engine, listener: { onChanges: ignore, onGap: ignore, onIndex: ignore } });
  return {
    engine,
    hub,
    past: new PastViews(engine, hub),
    authors: new Authors(engine),
    author: THIS_CONSOLE,
    readOnly: false,
    compacted: () => engine.compacted,
    refreshCompacted: async () => engine.compacted,
    now: () => 1_000,
  };
}
