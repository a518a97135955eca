/** Does the work of one page on large values, one piece after the other. */
import { errorText } from '../base/error-text.ts';
import { doWork, type WorkAnswer, type WorkName, type WorkRequest } from './value-work.ts';

const tell = (answer: WorkAnswer): void => postMessage(answer);

addEventListener('message', ({ data: { id, name, input } }: MessageEvent<WorkRequest<WorkName>>) => {
  void doWork(name, input).then(
    (output) => tell({ id, output }),
    (cause: unknown) => tell({ id, error: errorText(cause) }),
  );
});
