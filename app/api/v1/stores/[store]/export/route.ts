import { exportParams } from '../../../../../../server/console/http/bulk-schemas.ts';
import { textFile } from '../../../../../../server/console/http/ndjson.ts';
import { parse, queryOf } from '../../../../../../server/console/http/request.ts';
import { storeResponse } from '../../../../../../server/console/http/route.ts';

const EXTENSION = { jsonl: 'jsonl', yaml: 'yaml', dotenv: 'env', properties: 'properties' } as const;

export const GET = storeResponse(async (store, request) => {
  const { rev: revision, ...query } = parse(exportParams, queryOf(request), 'query');
  const gone = new AbortController();
  const signal = AbortSignal.any([request.signal, gone.signal]);
  const file = await store.exportKeys({ ...query, revision, signal });
  return textFile(file.parts, `keys-at-${file.revision}.${EXTENSION[query.format]}`, () => gone.abort());
});
