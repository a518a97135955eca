import { afterAll, expect, test } from 'vitest';
import type { Json } from '../../../lib/config/json.ts';
import { SchemaChecker } from './schema-checker.ts';

const checker = new SchemaChecker(2_000);
afterAll(() => checker.close());

const schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    port: { type: 'integer', minimum: 1, maximum: 65535 },
    host: { type: 'string', format: 'hostname' },
    pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], items: false },
    mode: { enum: ['fast', 'safe'] },
    min: { type: 'number' },
    max: { type: 'number' },
  },
  required: ['port'],
  unevaluatedProperties: false,
  'x-rules': [
    {
      when: { var: 'max' },
      assert: { '<=': [{ var: 'min' }, { var: 'max' }] },
      message: 'min must not exceed max',
      path: '/min',
    },
  ],
};

const issues = async (document: Json, of: Json = schema) =>
  (await checker.check(of, [document]))[0]?.map(({ path, message }) => `${path} ${message}`);

test('every fault is told with its place, in words', async () => {
  expect(await issues({ port: 80 })).toEqual([]);
  expect(await issues({ port: 70_000, colour: 1 })).toEqual(['/port must be <= 65535', '/colour is not a known key']);
  expect(await issues({})).toEqual(['/port is required']);
  expect(await issues({ port: 1, pair: ['a', 1, 2] })).toEqual(['/pair must NOT have more than 2 items']);
  expect(await issues({ port: 1, mode: 'slow' })).toEqual(['/mode must be one of ["fast","safe"]']);
  expect(await issues({ port: 1, host: 'not a host' })).toEqual(['/host must match format "hostname"']);
});

test('rules across fields are checked', async () => {
  expect(await issues({ port: 1, min: 5, max: 4 })).toEqual(['/min min must not exceed max']);
  expect(await issues({ port: 1, min: 4, max: 4 })).toEqual([]);
});

test('a schema with a misspelt keyword, a foreign reference or another shape is refused', async () => {
  expect((await checker.schema({ type: 'object', propertees: {} }))[0]?.message).toContain('unknown keyword');
  expect((await checker.schema({ $ref: 'https://elsewhere.example/schema.json' }))[0]?.message).toContain(
    "can't resolve reference",
  );
  expect((await checker.schema('text'))[0]?.message).toContain('must be an object');
  expect(await checker.schema(schema)).toEqual([]);
});

test('the same $id in two schemas is no clash', async () => {
  const withId = (maximum: number) => ({ $id: 'https://quorate.example/one', type: 'integer', maximum });
  expect(await issues(5, withId(4))).toEqual([' must be <= 4']);
  expect(await issues(5, withId(6))).toEqual([]);
});

test('a pattern that never ends is cut off, and the next check works', async () => {
  const evil = { type: 'string', pattern: '^(a+)+$' };
  const quick = new SchemaChecker(300);
  await expect(quick.check(evil, [`${'a'.repeat(40)}!`])).rejects.toMatchObject({
    name: 'ConsoleError',
    message: expect.stringContaining('longer than 300 ms'),
  });
  const again = new SchemaChecker(5_000);
  expect(await again.check(schema, [{ port: 1 }])).toEqual([[]]);
  await quick.close();
  await again.close();
});
