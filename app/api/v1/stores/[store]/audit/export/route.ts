import { textFile } from '../../../../../../../server/console/http/ndjson.ts';
import { parse, queryOf } from '../../../../../../../server/console/http/request.ts';
import { storeResponse } from '../../../../../../../server/console/http/route.ts';
import { auditExportParams } from '../../../../../../../server/console/http/schemas.ts';

export const GET = storeResponse<{ store: string }>(async (store, request, { store: id }) => {
  const { user, q: text, result, rev: revision } = parse(auditExportParams, queryOf(request), 'query');
  const gone = new AbortController();
  const signal = AbortSignal.any([request.signal, gone.signal]);
  const file = await store.auditExport({ user, text, result, revision, signal });
  const name = `audit-${id}-at-${file.revision}.jsonl`.replace(/[^\w.-]/g, '_');
  return textFile(file.parts, name, () => gone.abort());
});
