/** Downloads a snapshot with progress. The console checks the checksum at the file's end and breaks off when it does not fit. */
import { failureOf } from '../../lib/api/call.ts';
import { routes } from '../../lib/api/routes.ts';
import type { WireHexId } from '../../lib/api/types.ts';

export interface SnapshotProgress {
  readonly receivedBytes: number;
  /** What the store reckoned at the start; the file may end a little before or after. */
  readonly expectedBytes: number;
}

export interface SnapshotFile {
  readonly name: string;
  readonly blob: Blob;
}

/** @throws ApiFailure, or TypeError when the stream broke off */
export async function downloadSnapshot(
  store: string,
  member: WireHexId,
  options: { readonly signal: AbortSignal; readonly onProgress: (progress: SnapshotProgress) => void },
): Promise<SnapshotFile> {
  const path = `${routes.clusterSnapshot(store)}?member=${member}`;
  const response = await fetch(path, { signal: options.signal });
  if (!response.ok || response.body === null) throw await failureOf(response, `GET ${path}`);
  const expectedBytes = Number(response.headers.get('x-quorate-bytes') ?? 0);
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'snapshot.db';
  let receivedBytes = 0;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        receivedBytes += chunk.length;
        options.onProgress({ receivedBytes, expectedBytes });
        controller.enqueue(chunk);
      },
    }),
  );
  // The browser keeps large blobs on its own disk; nothing is held in this page's memory twice.
  return { name, blob: await new Response(counted).blob() };
}
