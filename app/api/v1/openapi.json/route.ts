import { openApiDocument } from '../../../../server/console/http/openapi.ts';
import { json, route } from '../../../../server/console/http/route.ts';

export const GET = route(async () => json(openApiDocument()));
