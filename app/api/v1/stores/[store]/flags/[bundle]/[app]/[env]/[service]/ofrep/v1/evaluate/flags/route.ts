import { routes } from '../../../../../../../../../../../../../../lib/api/routes.ts';
import {
  ofrepAnswer,
  ofrepBody,
  ofrepRefusal,
  type PlaceParams,
  placeOf,
} from '../../../../../../../../../../../../../../server/console/http/client-routes.ts';
import { storeResponse } from '../../../../../../../../../../../../../../server/console/http/route.ts';

export const POST = storeResponse<PlaceParams>(async (store, request, params) => {
  const body = await ofrepBody(request);
  const place = placeOf(params);
  const eventsUri = `${routes.flags(params.store, `${place.bundle}/${place.app}/${place.env}/${place.service}`)}/events`;
  const asked = {
    body,
    key: null,
    instanceId: request.headers.get('quorate-instance'),
    ifNoneMatch: request.headers.get('if-none-match'),
    eventsUri,
  };
  return ofrepRefusal(body, '') ?? ofrepAnswer(await store.config.evaluateFlags(place, asked));
});
