import {
  instanceOf,
  type PlaceParams,
  placeOf,
  requireWritten,
} from '../../../../../../../../../../../../server/console/http/client-routes.ts';
import { reportBody } from '../../../../../../../../../../../../server/console/http/config-schemas.ts';
import { programRoute } from '../../../../../../../../../../../../server/console/http/program-route.ts';
import { jsonBody, parse } from '../../../../../../../../../../../../server/console/http/request.ts';

interface Params extends PlaceParams {
  readonly instance: string;
}

export const POST = programRoute<Params>(async ({ store, request, params }) => {
  const report = parse(reportBody, await jsonBody(request), 'body');
  return requireWritten(
    await store.config.report({ ...report, ...placeOf(params), instanceId: instanceOf(params.instance) }),
  );
});

export const DELETE = programRoute<Params>(async ({ store, params }) =>
  requireWritten(await store.config.leave({ ...placeOf(params), instanceId: instanceOf(params.instance) })),
);
