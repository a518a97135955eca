/** Inspects a file in a worker of its own. */
import type { FromInspector, InspectProgress, SnapshotReport } from './report.ts';

export class InspectionRefused extends Error {
  override readonly name = 'InspectionRefused';
}

/** @throws InspectionRefused with the reason when it is no snapshot or cannot be read; AbortError when it is stopped */
export function inspectFile(
  file: File,
  options: { readonly signal: AbortSignal; readonly onProgress: (progress: InspectProgress) => void },
): Promise<SnapshotReport> {
  const { signal, onProgress } = options;
  const worker = new Worker(new URL('./inspect.worker.ts', import.meta.url), {
    type: 'module',
    name: 'quorate-inspect',
  });
  const outcome = new Promise<SnapshotReport>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    worker.onerror = (event) => reject(new InspectionRefused(event.message || 'the file could not be read'));
    worker.onmessage = ({ data }: MessageEvent<FromInspector>) => {
      if (data.type === 'progress') onProgress(data.progress);
      else if (data.type === 'report') resolve(data.report);
      else reject(new InspectionRefused(data.reason));
    };
    worker.postMessage(file);
  });
  return outcome.finally(() => worker.terminate());
}
