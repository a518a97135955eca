/** What applications ask for, in the OpenAPI document: configuration, reports, flags. */
import { routes } from '../../../lib/api/routes.ts';
import * as responses from './config-response-schemas.ts';
import * as requests from './config-schemas.ts';
import { type Operation, STORE, template } from './operation.ts';
import { signInBody } from './schemas.ts';

const PLACE = '{bundle}/{app}/{env}/{service}';

export const programOperations: readonly Operation[] = [
  {
    path: template(routes.clientToken(STORE)),
    method: 'post',
    summary: 'For applications: a token that stands for a user of the store for a day, as long as this console runs',
    body: signInBody,
    answer: responses.programToken,
    errors: {
      '401': 'User and password do not fit.',
      '429': 'Too many failed attempts; `Retry-After` says how long to wait.',
    },
  },
  {
    isForPrograms: true,
    path: template(routes.clientToken(STORE)),
    method: 'delete',
    summary: 'For applications: the token sent along stands for nobody any more',
    answer: 'nothing',
    errors: { '401': 'It did not stand for anybody.' },
  },
  {
    isForPrograms: true,
    path: template(routes.clientConfig(STORE, PLACE)),
    method: 'get',
    summary:
      'For applications: the merged document of a place, for this instance. `If-None-Match` and `Prefer: wait=60` make it a long poll',
    query: requests.clientParams,
    answer: responses.effectiveConfig,
    errors: {
      '304': 'Nothing changed.',
      '404':
        'Nothing is served there. Who sends `If-None-Match` has something: a first release that was taken back is told with 200, no layers and no values.',
      '409': 'INCOMPATIBLE: `detail.requires` says what the release needs.',
    },
  },
  {
    isForPrograms: true,
    path: template(routes.clientInstance(STORE, PLACE, '{instance}')),
    method: 'post',
    summary: 'For applications: what an instance runs and how it is. Keeps it in the fleet for 90 s',
    body: requests.reportBody,
    answer: 'nothing',
    errors: { '409': 'An older report than the one known, or one that claims what was never assigned; it is ignored.' },
  },
  {
    isForPrograms: true,
    path: template(routes.clientInstance(STORE, PLACE, '{instance}')),
    method: 'delete',
    summary: 'For applications: an instance leaves in good order',
    answer: 'nothing',
  },
  {
    isForPrograms: true,
    path: `${template(routes.flags(STORE, PLACE))}/ofrep/v1/evaluate/flags`,
    method: 'post',
    summary: 'OFREP: all flags of a place for a context, with ETag',
    body: requests.ofrepBody,
    answer: responses.ofrepAnswer,
    errors: { '304': 'Nothing changed for this context.' },
  },
  {
    isForPrograms: true,
    path: `${template(routes.flags(STORE, PLACE))}/ofrep/v1/evaluate/flags/{key}`,
    method: 'post',
    summary: 'OFREP: one flag',
    body: requests.ofrepBody,
    answer: responses.ofrepAnswer,
  },
  {
    isForPrograms: true,
    path: `${template(routes.flags(STORE, PLACE))}/events`,
    method: 'get',
    summary: 'Server-sent events: refetchEvaluation when flags of the place change. `id` is the revision',
    answer: 'event-stream',
  },
];
