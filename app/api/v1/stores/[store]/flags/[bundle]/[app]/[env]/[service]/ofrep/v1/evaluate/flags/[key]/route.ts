import {
  ofrepAnswer,
  ofrepBody,
  ofrepRefusal,
  type PlaceParams,
  placeOf,
} from '../../../../../../../../../../../../../../../server/console/http/client-routes.ts';
import {
  preflight,
  programRoute,
} from '../../../../../../../../../../../../../../../server/console/http/program-route.ts';

interface Params extends PlaceParams {
  readonly key: string;
}

export const OPTIONS = preflight;

export const POST = programRoute<Params>(
  async ({ store, request, params }) => {
    const body = await ofrepBody(request);
    const key = params.key;
    const asked = { body, key, instanceId: request.headers.get('quorate-instance'), ifNoneMatch: null, eventsUri: '' };
    return ofrepRefusal(body, key) ?? ofrepAnswer(await store.config.evaluateFlags(placeOf(params), asked));
  },
  { isFlags: true },
);
