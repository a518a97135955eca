import {
  rolloutActBody,
  rolloutCreateBody,
  rolloutParams,
} from '../../../../../../../server/console/http/config-schemas.ts';
import { jsonBody, parse, queryOf } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';

export const GET = storeRoute((store, request) => {
  const { id, rev } = parse(rolloutParams, queryOf(request), 'query');
  return store.config.rollout(id, rev);
});

export const PUT = storeRoute(async (store, request) =>
  store.config.createRollout(parse(rolloutCreateBody, await jsonBody(request), 'body')),
);

export const POST = storeRoute(async (store, request) =>
  store.config.act(parse(rolloutActBody, await jsonBody(request), 'body')),
);
