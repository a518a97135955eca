/** The operations of OpenAPI on keys, one at a time or a page of them. */
import { routes } from '../../../lib/api/routes.ts';
import {
  childrenPage,
  deletePreview,
  deleteResult,
  keyDetail,
  keyHistory,
  searchPage,
  watchers,
  writeResult,
} from './key-response-schemas.ts';
import { CHANGED, type Operation, READ_ONLY, STORE, template } from './operation.ts';
import * as requests from './schemas.ts';

export const keyOperations: readonly Operation[] = [
  {
    path: template(routes.children(STORE)),
    method: 'get',
    summary: 'Direct children of a folder, complete at the revision named in the answer',
    query: requests.childrenParams,
    answer: childrenPage,
  },
  {
    path: template(routes.search(STORE)),
    method: 'get',
    summary: 'Keys that contain a text; all-lower-case text ignores ASCII case',
    query: requests.searchParams,
    answer: searchPage,
  },
  {
    path: template(routes.key(STORE)),
    method: 'get',
    summary: 'A key with its value, linearizable or at a revision',
    query: requests.keyParams,
    answer: keyDetail,
  },
  {
    path: template(routes.key(STORE)),
    method: 'put',
    summary: 'Write a key if it still stands at `expectModRevision` ("0": if it does not exist)',
    body: requests.putBody,
    answer: writeResult,
    errors: { ...CHANGED, ...READ_ONLY },
  },
  {
    path: template(routes.history(STORE)),
    method: 'get',
    summary: 'Retained versions of a key across all its lives, newest first',
    query: requests.historyParams,
    answer: keyHistory,
  },
  {
    path: template(routes.deletePreview(STORE)),
    method: 'get',
    summary: 'What a delete would take',
    query: requests.targetParams,
    answer: deletePreview,
  },
  {
    path: template(routes.watchers(STORE)),
    method: 'get',
    summary: 'How many watch a key or a prefix, where the store can tell',
    query: requests.targetParams,
    answer: watchers,
  },
  {
    path: template(routes.delete(STORE)),
    method: 'post',
    summary: 'Delete exactly what a preview showed',
    body: requests.deleteBody,
    answer: deleteResult,
    errors: { ...CHANGED, ...READ_ONLY },
  },
];
