import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compactJson, jsonProblem, prettyJson } from './json-text.ts';

test('layout matches JSON.stringify wherever the engine can represent the value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(prettyJson(text)).toBe(JSON.stringify(value, null, 2));
      expect(compactJson(JSON.stringify(value, null, 3))).toBe(text);
    }),
  );
});

test('64-bit numbers, repeated members and escapes survive layout', () => {
  expect(prettyJson('{"id":2324035512266048524,"a":1,"a":2,"t":"\\u0041,{}"}')).toBe(
    '{\n  "id": 2324035512266048524,\n  "a": 1,\n  "a": 2,\n  "t": "\\u0041,{}"\n}',
  );
});

test('what is not JSON has no layout and says what is wrong', () => {
  expect(prettyJson('{"a":}')).toBeUndefined();
  expect(compactJson('a: 1')).toBeUndefined();
  expect(jsonProblem('{\n"a":}')?.message).toMatch(/unexpected/i);
  expect(jsonProblem('[1]')).toBeNull();
});
