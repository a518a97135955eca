/**
 * Server-sent events that say when to evaluate flags of a place again (OFREP §3.2 of the reference). `id` is the store's revision. The stream
 * ends with the client, with its credentials, and with the session that feeds it.
 */
import { layersOf, type Place, placeId } from '../../../lib/config/target.ts';
import { flagsVersion } from './ofrep.ts';
import { isDeciding } from './serve.ts';
import type { ConfigSnapshot } from './snapshot.ts';
import type { ConfigState } from './state.ts';

/** Proxies and clients take a silent stream for a dead one. */
const BEAT_MS = 30_000;

/** When a pointer that decides about the place was written last. */
const changedAt = (snapshot: ConfigSnapshot, place: Place): number =>
  Math.max(...layersOf(placeId(place)).map((target) => snapshot.assignment(target).modRevision));

/** @throws where configuration may not be read: a stream that ends at once would be asked for again and again */
export async function flagEvents(
  state: ConfigState,
  place: Place,
  { signal, lastEventId }: { readonly signal: AbortSignal; readonly lastEventId: number | null },
): Promise<ReadableStream<Uint8Array>> {
  const snapshot = await state.ready();
  const encoder = new TextEncoder();
  let stop = (): void => undefined;
  return new ReadableStream<Uint8Array>({
    start: (stream) => {
      let isOver = false;
      const ends = AbortSignal.any([signal, state.ended]);
      const end = (): void => {
        if (isOver) return;
        stop();
        stream.close();
      };
      ends.addEventListener('abort', end, { once: true });
      stop = () => {
        isOver = true;
        ends.removeEventListener('abort', end);
      };
      if (ends.aborted) return end();
      let version = flagsVersion(snapshot, place);
      const say = (text: string): void => stream.enqueue(encoder.encode(text));
      say(`: flags ${version}\n\n`);
      const announce = (revision: number): void => {
        const etag = `"${version}"`;
        const data = { type: 'refetchEvaluation', etag, lastModified: Math.floor(Date.now() / 1000) };
        say(`id: ${revision}\nevent: message\ndata: ${JSON.stringify(data)}\n\n`);
      };
      // Whoever comes back has missed what was written since.
      if (lastEventId !== null && changedAt(snapshot, place) > lastEventId) announce(snapshot.revision);
      const unsubscribe = state.subscribe((changed) => {
        if (!isDeciding(changed)) return;
        const { current } = state;
        const next = current === null ? version : flagsVersion(current, place);
        if (next === version || current === null) return;
        version = next;
        announce(current.revision);
      });
      const beat = setInterval(() => say(': still here\n\n'), BEAT_MS);
      const before = stop;
      stop = () => {
        before();
        clearInterval(beat);
        unsubscribe();
      };
    },
    cancel: () => stop(),
  });
}
