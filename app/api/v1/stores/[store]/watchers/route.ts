import { parse, queryOf } from '../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../server/console/http/route.ts';
import { targetParams } from '../../../../../../server/console/http/schemas.ts';

export const GET = storeRoute((store, request) => store.watchers(parse(targetParams, queryOf(request), 'target')));
