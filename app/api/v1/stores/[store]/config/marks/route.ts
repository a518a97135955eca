import { storeRoute } from '../../../../../../../server/console/http/route.ts';

export const GET = storeRoute((store) => store.config.marks());
