import { expect } from 'vitest';
import { operations } from '../../../server/console/http/openapi.ts';
import { apiError } from '../../../server/console/http/response-parts.ts';
import { ORIGIN } from './dispatch.ts';

interface Answered {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

/** Every answer of every test is one that the OpenAPI document describes. */
export function expectDocumented({ method, path, status, body }: Answered): void {
  const { pathname } = new URL(path, ORIGIN);
  const operation = operations.find(
    (one) =>
      one.method === method.toLowerCase() && new RegExp(`^${one.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
  );
  if (operation === undefined) throw new Error(`${method} ${path} is not documented`);
  if (status === 304 || (operation.answer === 'nothing' && status === 204)) {
    expect(body).toBe(null);
    return;
  }
  const isOfrep = pathname.includes('/ofrep/');
  const schema = status === 200 || isOfrep ? operation.answer : apiError;
  if (typeof schema === 'string') throw new Error(`${method} ${path} answered ${status}`);
  expect(schema.safeParse(body).error, JSON.stringify(body)).toBeUndefined();
}
