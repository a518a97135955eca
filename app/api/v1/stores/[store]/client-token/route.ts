import { GrpcCode } from '../../../../../../lib/base/grpc-status.ts';
import { currentConsole } from '../../../../../../server/console/current.ts';
import { ConsoleError } from '../../../../../../server/console/errors.ts';
import { bearerOf } from '../../../../../../server/console/http/program-route.ts';
import { addressOf, jsonBody, parse } from '../../../../../../server/console/http/request.ts';
import { json, route } from '../../../../../../server/console/http/route.ts';
import { signInBody } from '../../../../../../server/console/http/schemas.ts';

export const POST = route<{ store: string }>(async (request, { store }) => {
  const { user, password } = parse(signInBody, await jsonBody(request), 'body');
  return json(await currentConsole().giveToken({ store, user, password, address: addressOf(request) }));
});

export const DELETE = route<{ store: string }>(async (request, { store }) => {
  const token = bearerOf(request);
  if (token === null || !currentConsole().takeToken(store, token))
    throw new ConsoleError(GrpcCode.UNAUTHENTICATED, 'this token stands for nobody (any more)');
  return new Response(null, { status: 204 });
});
