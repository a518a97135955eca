import { currentConsole } from '../../../../../../server/console/current.ts';
import { route } from '../../../../../../server/console/http/route.ts';

/** Server-sent events. `connection: close` lets the process exit while browsers hold streams open. */
export const GET = route<{ store: string }>(async (request, { store }) => {
  const lastEventId = request.headers.get('last-event-id') ?? new URL(request.url).searchParams.get('lastEventId');
  const stream = currentConsole().store(store).live({ lastEventId, signal: request.signal });
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      connection: 'close',
    },
  });
});
