import { currentConsole } from '../../../../../../server/console/current.ts';
import { tokenOf } from '../../../../../../server/console/http/cookie.ts';
import { route } from '../../../../../../server/console/http/route.ts';

/** Server-sent events. `connection: close` lets the process exit while browsers hold streams open. */
export const GET = route<{ store: string }>(async (request, { store }) => {
  const lastEventId = request.headers.get('last-event-id') ?? new URL(request.url).searchParams.get('lastEventId');
  const options = { lastEventId, signal: request.signal };
  const stream = await currentConsole().live(store, tokenOf(request), options);
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      connection: 'close',
    },
  });
});
