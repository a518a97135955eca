import {
  lastEventIdOf,
  type PlaceParams,
  placeOf,
} from '../../../../../../../../../../../server/console/http/client-routes.ts';
import { preflight, programRoute } from '../../../../../../../../../../../server/console/http/program-route.ts';

export const OPTIONS = preflight;

export const GET = programRoute<PlaceParams>(
  async ({ store, request, params, signal }) =>
    new Response(await store.config.flagEvents(placeOf(params), { signal, lastEventId: lastEventIdOf(request) }), {
      headers: {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
        connection: 'close',
      },
    }),
  { isFlags: true },
);
