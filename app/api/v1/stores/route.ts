import { currentConsole } from '../../../../server/console/current.ts';
import { json, route } from '../../../../server/console/http/route.ts';

export const GET = route(async () => json(currentConsole().stores()));
