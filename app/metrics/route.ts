import { currentConsole } from '../../server/console/current.ts';
import { tokenOf } from '../../server/console/http/cookie.ts';
import { bearerOf } from '../../server/console/http/program-route.ts';
import { route } from '../../server/console/http/route.ts';

export const GET = route(async (request) => {
  const text = await currentConsole().metrics({ token: tokenOf(request), bearer: bearerOf(request) });
  return new Response(text, {
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' },
  });
});
