import { currentConsole } from '../../../../../server/console/current.ts';
import { tokenOf } from '../../../../../server/console/http/cookie.ts';
import { json, route } from '../../../../../server/console/http/route.ts';

export const GET = route(async (request) => json(currentConsole().storesHealth(tokenOf(request))));
