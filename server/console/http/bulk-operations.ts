/** The operations of OpenAPI that are about many keys at once: search, differences, the trash, and the jobs that bring things back. */
import { routes } from '../../../lib/api/routes.ts';
import * as responses from './bulk-response-schemas.ts';
import * as requests from './bulk-schemas.ts';
import { type Operation, READ_ONLY, STORE, template } from './operation.ts';

export const bulkOperations: readonly Operation[] = [
  {
    path: template(routes.find(STORE)),
    method: 'get',
    summary:
      'Search every key or every value under a prefix at one revision, by text or regular expression: one line of JSON for each match, progress between, and a last line that says what was searched and what was not',
    query: requests.findParams,
    answer: 'ndjson',
  },
  {
    path: template(routes.exportKeys(STORE)),
    method: 'get',
    summary:
      'A prefix as a file, at one revision: JSON Lines (exact to the byte), YAML, dotenv or properties; names without the prefix',
    query: requests.exportParams,
    answer: 'file',
  },
  {
    path: template(routes.diff(STORE)),
    method: 'get',
    summary: 'What differs under a prefix between two revisions: exact counts, and the rows a page at a time',
    query: requests.diffParams,
    answer: responses.prefixDiff,
  },
  {
    path: template(routes.trash(STORE)),
    method: 'get',
    summary: 'What was deleted under a prefix and does not exist now, by the revision that deleted it, newest first',
    query: requests.trashParams,
    answer: responses.trashPage,
  },
  {
    path: template(routes.bulkPreview(STORE)),
    method: 'post',
    summary: 'What a change of many keys would do, and the revision its guards come from',
    body: requests.bulkRequest,
    answer: responses.bulkPreview,
  },
  {
    path: template(routes.jobs(STORE)),
    method: 'get',
    summary: 'Changes of many keys under way and done, newest first',
    answer: responses.jobList,
  },
  {
    path: template(routes.jobs(STORE)),
    method: 'post',
    summary: 'Start what a preview showed: guarded transactions, one account for every key',
    body: requests.bulkStart,
    answer: responses.job,
    errors: READ_ONLY,
  },
  {
    path: template(routes.job(STORE, '{job}')),
    method: 'get',
    summary: 'One job; waits up to ten seconds for news younger than version `after`',
    query: requests.jobParams,
    answer: responses.job,
  },
  {
    path: template(routes.jobCancel(STORE, '{job}')),
    method: 'post',
    summary: 'Stop before the next transaction; what is done stays done',
    answer: responses.job,
    errors: READ_ONLY,
  },
  {
    path: template(routes.jobResume(STORE, '{job}')),
    method: 'post',
    summary: 'Go on where a job stopped or was cancelled',
    answer: responses.job,
    errors: READ_ONLY,
  },
];
