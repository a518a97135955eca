/** The OpenAPI 3.1 document of the HTTP API, made of the very schemas that parse requests and check answers in tests. */
import { z } from 'zod';
import { routes } from '../../../lib/api/routes.ts';
import { accessOperations } from './access-operations.ts';
import { bulkOperations } from './bulk-operations.ts';
import { clusterOperations } from './cluster-operations.ts';
import { configOperations } from './config-operations.ts';
import * as leaseResponses from './lease-response-schemas.ts';
import type { Operation } from './operation.ts';
import { programOperations } from './program-operations.ts';
import * as responses from './response-schemas.ts';
import * as requests from './schemas.ts';
import { spaceOperations } from './space-operations.ts';
import { storeOverviewList } from './store-overview-schemas.ts';

const STORE = '{store}';
/** `routes` escapes what it puts into a path; a template must keep its braces. */
const template = (path: string): string => decodeURIComponent(path);

const CONFLICT = {
  '409': 'Something changed since it was shown; nothing was written. `detail` says what stands there now.',
};
const READ_ONLY = {
  '403': 'The store is read-only here, its users lack the permission, or the request came from a foreign page.',
};

export const operations: readonly Operation[] = [
  { path: routes.health, method: 'get', summary: 'Whether a store answers', answer: responses.health },
  {
    path: routes.metrics,
    method: 'get',
    summary:
      'This console in numbers, as Prometheus text: requests, its stores’ indexes and listeners, and what it costs them. Of the stores that the caller may use; of all with the token of QUORATE_METRICS_TOKEN as a bearer',
    answer: 'text',
  },
  { path: '/api/v1/openapi.json', method: 'get', summary: 'This document', answer: 'openapi' },
  { path: routes.stores, method: 'get', summary: 'The stores of this console', answer: responses.storeList },
  {
    path: routes.storesHealth,
    method: 'get',
    summary: 'How every store is, from what the console knows already; more of a store only for who may use it',
    answer: storeOverviewList,
  },
  {
    path: template(routes.signIn(STORE)),
    method: 'post',
    summary: 'Sign in as a user of the store; the answer sets the session cookie',
    body: requests.signInBody,
    answer: responses.storeSummary,
    errors: {
      '401': 'User and password do not fit.',
      '403': 'The request came from a foreign page.',
      '429': 'Too many failed attempts; `detail.retryAfterSeconds` says how long to wait.',
    },
  },
  {
    path: template(routes.signOut(STORE)),
    method: 'post',
    summary: 'Sign out of the store',
    answer: responses.storeSummary,
    errors: { '403': 'The request came from a foreign page.' },
  },
  {
    path: template(routes.audit(STORE)),
    method: 'get',
    summary: 'Changes made through consoles, newest first, as far as the user may read them',
    query: requests.auditParams,
    answer: responses.auditPage,
    errors: { '403': 'The user may not read the audit trail.' },
  },
  {
    path: template(routes.auditExport(STORE)),
    method: 'get',
    summary: 'The same as a file: JSON Lines, oldest first, at one revision, however much it is',
    query: requests.auditExportParams,
    answer: 'file',
    errors: { '403': 'The user may not read the audit trail.' },
  },
  {
    path: template(routes.live(STORE)),
    method: 'get',
    summary:
      'Server-sent events: hello, cluster, revision, index, changes, gap, bye. `id` is a revision; send it back as Last-Event-ID to resume',
    answer: 'event-stream',
  },
  {
    path: template(routes.cluster(STORE)),
    method: 'get',
    summary: 'Members, leader, quorum and risks',
    answer: responses.cluster,
  },
  {
    path: template(routes.revisions(STORE)),
    method: 'get',
    summary: 'Current and compacted revision, and known times',
    answer: responses.revisions,
  },
  {
    path: template(routes.revisionAt(STORE)),
    method: 'get',
    summary: 'Which revision was current at a moment since the console began to watch',
    query: requests.revisionAtParams,
    answer: responses.revisionAt,
  },
  {
    path: template(routes.changes(STORE)),
    method: 'get',
    summary: 'The changes from a revision on, in order; a bounded stretch, complete up to the revision named in `to`',
    query: requests.changesParams,
    answer: responses.changesPage,
  },
  {
    path: template(routes.children(STORE)),
    method: 'get',
    summary: 'Direct children of a folder, complete at the revision named in the answer',
    query: requests.childrenParams,
    answer: responses.childrenPage,
  },
  {
    path: template(routes.search(STORE)),
    method: 'get',
    summary: 'Keys that contain a text; all-lower-case text ignores ASCII case',
    query: requests.searchParams,
    answer: responses.searchPage,
  },
  {
    path: template(routes.key(STORE)),
    method: 'get',
    summary: 'A key with its value, linearizable or at a revision',
    query: requests.keyParams,
    answer: responses.keyDetail,
  },
  {
    path: template(routes.key(STORE)),
    method: 'put',
    summary: 'Write a key if it still stands at `expectModRevision` ("0": if it does not exist)',
    body: requests.putBody,
    answer: responses.writeResult,
    errors: { ...CONFLICT, ...READ_ONLY },
  },
  {
    path: template(routes.history(STORE)),
    method: 'get',
    summary: 'Retained versions of a key across all its lives, newest first',
    query: requests.historyParams,
    answer: responses.keyHistory,
  },
  {
    path: template(routes.deletePreview(STORE)),
    method: 'get',
    summary: 'What a delete would take',
    query: requests.targetParams,
    answer: responses.deletePreview,
  },
  {
    path: template(routes.watchers(STORE)),
    method: 'get',
    summary: 'How many watch a key or a prefix, where the store can tell',
    query: requests.targetParams,
    answer: responses.watchers,
  },
  {
    path: template(routes.delete(STORE)),
    method: 'post',
    summary: 'Delete exactly what a preview showed',
    body: requests.deleteBody,
    answer: responses.deleteResult,
    errors: { ...CONFLICT, ...READ_ONLY },
  },
  {
    path: template(routes.leases(STORE)),
    method: 'get',
    summary:
      'A page of the leases, and what ends in each of the next seconds; each time with the moment it was read at',
    query: requests.leaseListParams,
    answer: leaseResponses.leaseList,
  },
  {
    path: template(routes.leaseTimes(STORE)),
    method: 'get',
    summary: 'Time left and renewals of the leases named, in the order asked for',
    query: requests.leaseTimesParams,
    answer: leaseResponses.leaseTimes,
  },
  {
    path: template(routes.leases(STORE)),
    method: 'post',
    summary: 'Grant a lease',
    body: requests.leaseGrantBody,
    answer: responses.lease,
    errors: READ_ONLY,
  },
  {
    path: template(routes.lease(STORE, '{lease}')),
    method: 'get',
    summary: 'A lease with all its keys; remaining TTL -1 when it is gone',
    answer: responses.lease,
  },
  {
    path: template(routes.leaseRevoke(STORE, '{lease}')),
    method: 'post',
    summary: 'Revoke a lease if it holds exactly the keys shown',
    body: requests.leaseRevokeBody,
    answer: responses.writeResult,
    errors: { ...CONFLICT, ...READ_ONLY },
  },
  {
    path: template(routes.coordination(STORE)),
    method: 'get',
    summary:
      'A page of the locks and elections recognised among the keys, with holder and number of waiters, now or at a revision',
    query: requests.coordinationListParams,
    answer: responses.coordinationList,
  },
  {
    path: template(routes.coordinationGroup(STORE)),
    method: 'get',
    summary: 'One lock or election: the queue in order and the terms of office seen',
    query: requests.keyParams,
    answer: responses.coordinationDetail,
  },
  {
    path: template(routes.coordinationTerms(STORE)),
    method: 'get',
    summary: 'Terms of office up to a revision, read from a bounded stretch of the store’s history',
    query: requests.coordinationTermsParams,
    answer: responses.coordinationTerms,
  },
  {
    path: template(routes.waits(STORE)),
    method: 'get',
    summary: 'Who waits for whom across all locks, with the circles that never end by themselves',
    query: requests.coordinationParams,
    answer: responses.waitsView,
  },
  {
    path: template(routes.primitives(STORE)),
    method: 'get',
    summary: 'Semaphores, reader-writer locks, barriers, queues, counters and groups recognised among the keys',
    query: requests.coordinationParams,
    answer: responses.primitiveList,
  },
  {
    path: template(routes.services(STORE)),
    method: 'get',
    summary: 'Services recognised among the keys, with their instances, and those that went lately',
    query: requests.coordinationParams,
    answer: responses.serviceList,
  },
  {
    path: template(routes.coordinationRelease(STORE)),
    method: 'post',
    summary: 'Delete the key of a holder if it is still the one shown; its lease stays',
    body: requests.releaseBody,
    answer: responses.writeResult,
    errors: { ...CONFLICT, ...READ_ONLY },
  },
  ...accessOperations,
  ...bulkOperations,
  ...spaceOperations,
  ...clusterOperations,
  ...configOperations,
  ...programOperations,
];

/** Parameters that carry bytes: also as `name64`, base64url. */
const BYTES_PARAMS: ReadonlySet<string> = new Set(['key', 'prefix']);

type Json = Record<string, unknown>;

/** Where the store has users; one that has none asks nobody. */
const SECURITY_SCHEMES = {
  storeUser: {
    type: 'http',
    scheme: 'basic',
    description: 'A user of the store itself; the store decides what it may do.',
  },
  programToken: { type: 'http', scheme: 'bearer', description: 'From POST …/client-token.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same token, as OFREP clients send it.' },
} as const;

export function openApiDocument(): Json {
  const schemas: Json = {};
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const entry = paths[operation.path] ?? {};
    entry[operation.method] = operationObject(operation, schemas);
    paths[operation.path] = entry;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Quorate console',
      version: '1',
      description:
        '64-bit numbers are decimal strings, ids lower-case hex. Keys and values are text where they are UTF-8 and {"base64": …} where not; as parameters `key64` and `prefix64` carry them in base64url. Every write takes a revision guard and an idempotency key.',
    },
    paths,
    components: { schemas, securitySchemes: SECURITY_SCHEMES },
  };
}

function operationObject(operation: Operation, schemas: Json): Json {
  const isStoreRoute = operation.path.includes(STORE);
  const parameters = [...pathParameters(operation.path), ...queryParameters(operation.query)];
  const errors: Record<string, string> = {
    ...(operation.isForPrograms === true
      ? {
          '401': 'The store is for its users, and the request names none that it knows.',
          '403': 'The user may not read or write what this needs.',
        }
      : {}),
    ...(isStoreRoute
      ? {
          '400': 'A parameter is wrong; `detail.field` names it.',
          '404': 'There is no such store.',
          '502': 'The store failed at this, in its own words. A 500 is a failure of the console itself.',
        }
      : {}),
    ...(isStoreRoute || operation.path === routes.health ? { '503': 'The store does not answer.' } : {}),
    ...operation.errors,
  };
  return {
    summary: operation.summary,
    ...(operation.isForPrograms === true
      ? { security: [...Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: [] })), {}] }
      : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(operation.body === undefined
      ? {}
      : { requestBody: { required: true, content: jsonContent(schemaOf(operation.body, schemas, 'input')) } }),
    responses: {
      [operation.answer === 'nothing' ? '204' : '200']: answerObject(operation, schemas),
      ...errorAnswers(errors, operation, schemas),
    },
  };
}

function answerObject({ answer }: Operation, schemas: Json): Json {
  if (answer === 'event-stream') {
    return { description: 'The stream', content: { 'text/event-stream': { schema: { type: 'string' } } } };
  }
  if (answer === 'text') return { description: 'Text', content: { 'text/plain': { schema: { type: 'string' } } } };
  if (answer === 'nothing') return { description: 'Done' };
  if (answer === 'ndjson') {
    return { description: 'Lines of JSON', content: { 'application/x-ndjson': { schema: { type: 'string' } } } };
  }
  if (answer === 'file') {
    const schema = { type: 'string', format: 'binary' };
    return { description: 'The file', content: { 'application/octet-stream': { schema } } };
  }
  if (answer === 'openapi') return { description: 'OpenAPI 3.1', content: jsonContent({ type: 'object' }) };
  return { description: 'OK', content: jsonContent(schemaOf(answer, schemas, 'output')) };
}

function errorAnswers(errors: Readonly<Record<string, string>>, operation: Operation, schemas: Json): Json {
  const isHealth = operation.path === routes.health;
  const schema = schemaOf(isHealth ? responses.health : responses.apiError, schemas, 'output');
  return Object.fromEntries(
    Object.entries(errors).map(([status, description]) => [status, { description, content: jsonContent(schema) }]),
  );
}

const jsonContent = (schema: unknown): Json => ({ 'application/json': { schema } });

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodType | undefined): Json[] {
  if (query === undefined) return [];
  const schema = z.toJSONSchema(query, { io: 'input', unrepresentable: 'any', reused: 'inline' });
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]): Json[] => {
    const isBytes = BYTES_PARAMS.has(name);
    const required = !isBytes && (schema.required?.includes(name) ?? false);
    const own: Json = { name, in: 'query', required, schema: isBytes ? { type: 'string' } : property };
    if (!isBytes) return [own];
    return [own, { name: `${name}64`, in: 'query', required: false, schema: { type: 'string', format: 'base64url' } }];
  });
}

/** The schema in place, with its named parts moved to the document's components. */
function schemaOf(schema: z.ZodType, components: Json, io: 'input' | 'output'): unknown {
  const { $schema: _, $defs, ...own } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  const moved = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/'));
  for (const [name, definition] of Object.entries($defs ?? {})) components[name] = moved(definition);
  const { id, ...body } = own as { readonly id?: string };
  if (id === undefined) return moved(own);
  components[id] = moved(body);
  return { $ref: `#/components/schemas/${id}` };
}
