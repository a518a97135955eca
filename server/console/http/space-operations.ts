/** The operations of OpenAPI that draw the index: what takes the room, and where it is written. */
import { routes } from '../../../lib/api/routes.ts';
import { type Operation, STORE, template } from './operation.ts';
import { heatParams, heatView, spaceParams, spaceView } from './space-schemas.ts';

export const spaceOperations: readonly Operation[] = [
  {
    path: template(routes.space(STORE)),
    method: 'get',
    summary: 'What takes the room below a prefix: its largest children by keys or bytes, and the largest of theirs',
    query: spaceParams,
    answer: spaceView,
  },
  {
    path: template(routes.heat(STORE)),
    method: 'get',
    summary: 'Changes below each child of a prefix in stretches of time, as far as the console saw them',
    query: heatParams,
    answer: heatView,
  },
];
