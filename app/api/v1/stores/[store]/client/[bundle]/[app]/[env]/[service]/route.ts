import {
  clientOf,
  configAnswer,
  type PlaceParams,
  waitSeconds,
} from '../../../../../../../../../../server/console/http/client-routes.ts';
import { storeResponse } from '../../../../../../../../../../server/console/http/route.ts';

export const GET = storeResponse<PlaceParams>(async (store, request, params) => {
  const known = request.headers.get('if-none-match');
  const poll = { known, waitSeconds: waitSeconds(request), signal: request.signal };
  return configAnswer(await store.config.effective(clientOf(request, params), poll), known);
});
