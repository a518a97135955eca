import { findParams } from '../../../../../../server/console/http/bulk-schemas.ts';
import { ndjson } from '../../../../../../server/console/http/ndjson.ts';
import { parse, queryOf } from '../../../../../../server/console/http/request.ts';
import { storeResponse } from '../../../../../../server/console/http/route.ts';

export const GET = storeResponse(async (store, request) => {
  const { rev: revision, ...query } = parse(findParams, queryOf(request), 'query');
  // Ends when the reader leaves, also where the request itself is not told.
  const gone = new AbortController();
  const signal = AbortSignal.any([request.signal, gone.signal]);
  return ndjson(await store.find({ ...query, revision, signal }), () => gone.abort());
});
