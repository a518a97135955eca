import {
  clientOf,
  configAnswer,
  type PlaceParams,
  waitSeconds,
} from '../../../../../../../../../../server/console/http/client-routes.ts';
import { programRoute } from '../../../../../../../../../../server/console/http/program-route.ts';

export const GET = programRoute<PlaceParams>(async ({ store, request, params, signal }) => {
  const known = request.headers.get('if-none-match');
  const poll = { known, waitSeconds: waitSeconds(request), signal };
  return configAnswer(await store.config.effective(clientOf(request, params), poll), known);
});
