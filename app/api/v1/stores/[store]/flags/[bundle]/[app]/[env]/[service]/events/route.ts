import { type PlaceParams, placeOf } from '../../../../../../../../../../../server/console/http/client-routes.ts';
import { storeResponse } from '../../../../../../../../../../../server/console/http/route.ts';

export const GET = storeResponse<PlaceParams>(
  async (store, request, params) =>
    new Response(store.config.flagEvents(placeOf(params), request.signal), {
      headers: {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
        connection: 'close',
      },
    }),
);
