import { currentConsole } from '../../../server/console/current.ts';
import { json, route } from '../../../server/console/http/route.ts';

export const GET = route(async () => {
  const health = await currentConsole().health();
  return json(health, { status: health.status === 'ok' ? 200 : 503 });
});
