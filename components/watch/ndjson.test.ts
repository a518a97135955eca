import { expect, test } from 'vitest';
import type { ChangeRow } from '../../lib/live/change-ring.ts';
import { toNdjson } from './ndjson.ts';

test('every row is one line, keys that are not text stay exact, and gaps are kept', () => {
  const rows: ChangeRow[] = [
    {
      seq: 0,
      kind: 'change',
      isPast: false,
      receivedAt: 5,
      event: {
        revision: '9007199254740993',
        type: 'put',
        key: { base64: '/v8=' },
        createRevision: '1',
        version: '2',
        lease: null,
        valueBytes: 1,
        preview: '\n',
        at: 5,
      },
    },
    { seq: 1, kind: 'gap', receivedAt: 6, from: '3', to: '9', reason: 'away' },
  ];
  const lines = toNdjson(rows).split('\n');
  expect(lines).toHaveLength(3);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    revision: '9007199254740993',
    key: { base64: '/v8=' },
    preview: '\n',
  });
  expect(JSON.parse(lines[1] ?? '')).toEqual({ gap: { from: '3', to: '9', reason: 'away' } });
});
