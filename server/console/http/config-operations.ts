/** Configuration, rollouts and flags in the OpenAPI document. */
import { routes } from '../../../lib/api/routes.ts';
import * as responses from './config-response-schemas.ts';
import * as requests from './config-schemas.ts';
import { type Operation, READ_ONLY, STORE, template } from './operation.ts';

const CONFLICT = {
  '409':
    'It stands otherwise than it was shown (stale base, another rollout in the way, a state that forbids it); nothing was written. `detail` says what stands there now.',
};
const WRITE = {
  ...READ_ONLY,
  ...CONFLICT,
};
const CONTENT = { ...WRITE, '413': 'The document is larger than 1 MiB.' };

export const configOperations: readonly Operation[] = [
  {
    path: template(routes.config(STORE)),
    method: 'get',
    summary: 'Targets with what is live, draft and canary; rollouts; who supervises',
    query: requests.revisionParams,
    answer: responses.configOverview,
  },
  {
    path: template(routes.configMarks(STORE)),
    method: 'get',
    summary: 'Releases and rollouts on the line of revisions',
    answer: responses.configMarks,
  },
  {
    path: template(routes.configTarget(STORE)),
    method: 'get',
    summary: 'One target: releases, draft, layers, effective document with provenance, instances',
    query: requests.targetParams,
    answer: responses.configTargetDetail,
  },
  {
    path: template(routes.configTarget(STORE)),
    method: 'put',
    summary: 'Create or change a target and its schema',
    body: requests.targetPutBody,
    answer: responses.configWritten,
    errors: WRITE,
  },
  {
    path: template(routes.configPrefixes(STORE)),
    method: 'get',
    summary: 'Prefixes of plain keys that have a schema',
    query: requests.revisionParams,
    answer: responses.prefixSchemaList,
  },
  {
    path: template(routes.configPrefixes(STORE)),
    method: 'put',
    summary:
      'Give the keys of a prefix a schema, or free it (schema null). Every edit through a console obeys it from then on; existing keys that would fail are counted and refuse it',
    body: requests.prefixSchemaPutBody,
    answer: responses.configWritten,
    errors: WRITE,
  },
  {
    path: template(routes.configPrefixCheck(STORE)),
    method: 'post',
    summary: 'How the existing keys of a prefix stand to a schema. Changes nothing',
    body: requests.prefixSchemaCheckBody,
    answer: responses.prefixSchemaCheck,
  },
  {
    path: template(routes.configDraft(STORE)),
    method: 'put',
    summary: 'Save the draft of a target as typed, or discard it (text null)',
    body: requests.draftPutBody,
    answer: responses.configWritten,
    errors: CONTENT,
  },
  {
    path: template(routes.configCheck(STORE)),
    method: 'post',
    summary: 'What a document would do: faults, changes, version, instances reached. Changes nothing',
    body: requests.checkBody,
    answer: responses.checkAnswer,
    errors: CONTENT,
  },
  {
    path: template(routes.configPublish(STORE)),
    method: 'post',
    summary: 'Make an immutable release of a document. Affects nobody yet; faults are refused with their places',
    body: requests.publishBody,
    answer: responses.release,
    errors: CONTENT,
  },
  {
    path: template(routes.configPoint(STORE)),
    method: 'post',
    summary: 'Serve a release to everybody at once: the first one, or going back',
    body: requests.pointBody,
    answer: responses.configWritten,
    errors: WRITE,
  },
  {
    path: template(routes.configProbe(STORE)),
    method: 'post',
    summary:
      'Ask every live instance to validate a release without applying it (releaseId null: no more). Their answers come with the target',
    body: requests.probeBody,
    answer: responses.configWritten,
    errors: WRITE,
  },
  {
    path: template(routes.configRelease(STORE)),
    method: 'get',
    summary: 'One release with its content',
    query: requests.releaseParams,
    answer: responses.release,
  },
  {
    path: template(routes.configRollout(STORE)),
    method: 'get',
    summary: 'A rollout with its fleet, verdict and log',
    query: requests.rolloutParams,
    answer: responses.rolloutDetail,
  },
  {
    path: template(routes.configRollout(STORE)),
    method: 'put',
    summary: 'Create a rollout, and start it where nothing forbids that',
    body: requests.rolloutCreateBody,
    answer: responses.rollout,
    errors: WRITE,
  },
  {
    path: template(routes.configRollout(STORE)),
    method: 'post',
    summary: 'Act on a rollout. An abort always wins; everything else names the generation it was decided upon',
    body: requests.rolloutActBody,
    answer: responses.rollout,
    errors: WRITE,
  },
  {
    path: template(routes.configEvaluate(STORE)),
    method: 'post',
    summary: 'Evaluate flags for a context, with the steps that led there. Changes nothing',
    body: requests.evaluateBody,
    answer: responses.evaluatedFlags,
  },
];
