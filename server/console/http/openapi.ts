/** The OpenAPI 3.1 document of the HTTP API, made of the very schemas that parse requests and check answers in tests. */
import { z } from 'zod';
import { routes } from '../../../lib/api/routes.ts';
import { accessOperations } from './access-operations.ts';
import { bulkOperations } from './bulk-operations.ts';
import { clusterOperations } from './cluster-operations.ts';
import { configOperations } from './config-operations.ts';
import { coordinationOperations } from './coordination-operations.ts';
import { keyOperations } from './key-operations.ts';
import { leaseOperations } from './lease-operations.ts';
import { type Operation, STORE } from './operation.ts';
import { programOperations } from './program-operations.ts';
import { apiError } from './response-parts.ts';
import { spaceOperations } from './space-operations.ts';
import { storeOperations } from './store-operations.ts';
import { health } from './store-response-schemas.ts';

export const operations: readonly Operation[] = [
  ...storeOperations,
  ...keyOperations,
  ...leaseOperations,
  ...coordinationOperations,
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
  const schema = schemaOf(isHealth ? health : apiError, schemas, 'output');
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
