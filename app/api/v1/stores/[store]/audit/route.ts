import { parse, queryOf } from '../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../server/console/http/route.ts';
import { auditParams } from '../../../../../../server/console/http/schemas.ts';

export const GET = storeRoute((store, request) => {
  const { before, limit, user, q: text, result, rev: revision } = parse(auditParams, queryOf(request), 'query');
  return store.audit({ before, limit, user, text, result, revision });
});
