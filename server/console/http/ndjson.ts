/** Answers that come in parts, sent as they come and no faster than they are read: lines of JSON, and files. */
import { errorAnswer } from '../errors.ts';

const encoder = new TextEncoder();
const line = (value: unknown): Uint8Array => encoder.encode(`${JSON.stringify(value)}\n`);

/** A file to be kept. What fails half-way breaks the download off: half a file must not look whole. */
export function textFile(parts: AsyncGenerator<string>, name: string, onGone: () => void): Response {
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await parts.next();
        if (done === true) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        controller.error(error);
      }
    },
    async cancel() {
      onGone();
      await parts.return(undefined);
    },
  });
  return new Response(stream, {
    headers: {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store, no-transform',
    },
  });
}

/** What fails half-way is a last line `{"kind":"error",…}`: the status has been sent by then. */
export function ndjson(lines: AsyncGenerator<unknown>, onGone: () => void): Response {
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await lines.next();
        if (done === true) controller.close();
        else controller.enqueue(line(value));
      } catch (error) {
        const answer = errorAnswer(error);
        if (answer === undefined) console.error('console: a streamed answer failed', error);
        const { code, message } = answer?.body ?? {
          code: 'INTERNAL',
          message: 'the console failed at this request; its log says why',
        };
        controller.enqueue(line({ kind: 'error', code, message }));
        controller.close();
      }
    },
    async cancel() {
      onGone();
      await lines.return(undefined);
    },
  });
  return new Response(stream, {
    headers: {
      'content-type': 'application/x-ndjson; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}
