/** The operations of OpenAPI on users, roles and permissions. */
import { routes } from '../../../lib/api/routes.ts';
import * as access from './access-schemas.ts';
import { type Operation, STORE, template } from './operation.ts';

export const accessOperations: readonly Operation[] = [
  {
    path: template(routes.access(STORE)),
    method: 'get',
    summary: 'Users, roles and permissions; all of them for root, their own for others',
    answer: access.view,
  },
  {
    path: template(routes.accessPlan(STORE)),
    method: 'post',
    summary: 'What an action on users and roles would do, in words, and whether it is refused; changes nothing',
    body: access.planBody,
    answer: access.plan,
    errors: { '403': 'The user is not root, or the request came from a foreign page.' },
  },
  {
    path: template(routes.accessAction(STORE)),
    method: 'post',
    summary: 'An action on users and roles, if they are still as the plan saw them',
    body: access.actionBody,
    answer: access.actionResult,
    errors: {
      '403': 'The store is read-only here, the user is not root, or the request came from a foreign page.',
      '409': 'Users or roles changed since the plan; nothing was done.',
    },
  },
];
