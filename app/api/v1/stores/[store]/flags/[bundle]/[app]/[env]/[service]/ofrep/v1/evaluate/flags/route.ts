import { routes } from '../../../../../../../../../../../../../../lib/api/routes.ts';
import { placeId } from '../../../../../../../../../../../../../../lib/config/target.ts';
import {
  ofrepAnswer,
  ofrepBody,
  ofrepRefusal,
  type PlaceParams,
  placeOf,
} from '../../../../../../../../../../../../../../server/console/http/client-routes.ts';
import {
  preflight,
  programRoute,
} from '../../../../../../../../../../../../../../server/console/http/program-route.ts';

export const OPTIONS = preflight;

export const POST = programRoute<PlaceParams>(
  async ({ store, request, params, ticket }) => {
    const body = await ofrepBody(request);
    const place = placeOf(params);
    const events = `${routes.flags(params.store, placeId(place))}/events`;
    const asked = {
      body,
      key: null,
      instanceId: request.headers.get('quorate-instance'),
      ifNoneMatch: request.headers.get('if-none-match'),
      eventsUri: ticket === null ? events : `${events}?ticket=${encodeURIComponent(ticket)}`,
    };
    return ofrepRefusal(body, '') ?? ofrepAnswer(await store.config.evaluateFlags(place, asked));
  },
  { isFlags: true },
);
