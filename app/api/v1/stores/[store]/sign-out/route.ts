import { currentConsole } from '../../../../../../server/console/current.ts';
import { sessionCookie, tokenOf } from '../../../../../../server/console/http/cookie.ts';
import { isSecure } from '../../../../../../server/console/http/request.ts';
import { json, route } from '../../../../../../server/console/http/route.ts';

export const POST = route<{ store: string }>(async (request, { store }) => {
  const current = currentConsole();
  const token = tokenOf(request);
  const isGone = current.signOut(store, token);
  const summary = current.stores(isGone ? null : token).find(({ id }) => id === store);
  return json(summary, isGone ? { headers: { 'set-cookie': sessionCookie(null, isSecure(request)) } } : {});
});
