/** Parameters and answers of the pictures of the index; a type test holds the answers against lib/api/space-types.ts. */
import { z } from 'zod';
import { int, named, time, bytes as wireBytes } from './response-parts.ts';
import { bytes, revision, text, wholeNumber } from './schemas.ts';

/** A year: longer than any memory. */
const SPAN_MS_MAX = 366 * 86_400_000;

const folder = { prefix: bytes.default(''), delimiter: text.max(16).default('/') };

export const spaceParams = z.object({ ...folder, by: z.enum(['keys', 'bytes']).default('bytes'), rev: revision });

export const heatParams = z.object({
  ...folder,
  span: wholeNumber.pipe(z.number().max(SPAN_MS_MAX, 'must be a year at most')).default(0),
  rev: revision,
});

const node = {
  path: wireBytes,
  name: wireBytes,
  kind: z.enum(['key', 'folder']),
  keys: z.int(),
  bytes: z.int(),
};
const spaceNode = named('SpaceNode', node);
const spaceFolder = named('SpaceFolder', { ...node, parts: z.array(spaceNode) });

export const spaceView = named('SpaceView', {
  prefix: wireBytes,
  by: z.enum(['keys', 'bytes']),
  revision: int,
  source: z.enum(['live', 'memory', 'store']),
  keys: z.int(),
  bytes: z.int(),
  children: z.int(),
  nodes: z.array(spaceFolder),
  rest: z.object({ children: z.int(), keys: z.int(), bytes: z.int() }),
});

const heatRow = named('HeatRow', {
  path: wireBytes,
  name: wireBytes,
  kind: z.enum(['key', 'folder']),
  writes: z.int(),
  deletes: z.int(),
  counts: z.array(z.int()),
});

export const heatView = named('HeatView', {
  prefix: wireBytes,
  revision: int,
  from: time,
  stepMs: z.int(),
  steps: z.int(),
  since: z.object({ revision: int, at: time }).nullable(),
  rows: z.array(heatRow),
  rest: z.object({ children: z.int(), writes: z.int(), counts: z.array(z.int()) }),
  changes: z.int(),
});
