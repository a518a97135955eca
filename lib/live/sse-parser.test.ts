import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SseEvent, SseParser } from './sse-parser.ts';

function parse(chunks: readonly string[]): SseEvent[] {
  const events: SseEvent[] = [];
  const parser = new SseParser((event) => events.push(event));
  for (const chunk of chunks) parser.push(chunk);
  return events;
}

const STREAM =
  ': hi\n\nretry: 1000\nevent: hello\ndata: {"a":1}\n\nid: 7\r\nevent: changes\r\ndata: [1,\r\ndata: 2]\r\n\r\ndata:x\n\n';
const EVENTS: SseEvent[] = [
  { name: 'hello', data: '{"a":1}', id: '' },
  { name: 'changes', data: '[1,\n2]', id: '7' },
  { name: 'message', data: 'x', id: '7' },
];

test('names, ids and data of several lines are read; comments and empty events are not events', () => {
  expect(parse([STREAM])).toEqual(EVENTS);
});

test('where the chunks are cut makes no difference', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 12 }), (cuts) => {
      const at = [0, ...[...cuts].sort((a, b) => a - b), STREAM.length];
      const chunks = at.slice(1).map((end, index) => STREAM.slice(at[index], end));
      expect(parse(chunks)).toEqual(EVENTS);
    }),
  );
});
