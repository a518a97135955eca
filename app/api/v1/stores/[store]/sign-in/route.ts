import { currentConsole } from '../../../../../../server/console/current.ts';
import { sessionCookie, tokenOf } from '../../../../../../server/console/http/cookie.ts';
import { addressOf, isSecure, jsonBody, parse } from '../../../../../../server/console/http/request.ts';
import { json, route } from '../../../../../../server/console/http/route.ts';
import { signInBody } from '../../../../../../server/console/http/schemas.ts';

export const POST = route<{ store: string }>(async (request, { store }) => {
  const { user, password } = parse(signInBody, await jsonBody(request), 'body');
  const caller = { token: tokenOf(request), address: addressOf(request) };
  const { token, summary } = await currentConsole().signIn({ store, user, password, ...caller });
  return json(summary, { headers: { 'set-cookie': sessionCookie(token, isSecure(request)) } });
});
