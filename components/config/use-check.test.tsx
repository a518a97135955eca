// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readJson, useCheck } from './use-check.ts';

const TARGET = 'settings/shop';
let waiting: { readonly text: string; readonly answer: () => void }[] = [];
let asked: string[] = [];

beforeEach(() => {
  waiting = [];
  asked = [];
  vi.stubGlobal('fetch', (_path: string, { body }: RequestInit) => {
    const { text } = JSON.parse(String(body)) as { readonly text: string };
    asked.push(text);
    const found = { issues: [{ path: '/a', message: `is ${text}`, keyword: 'x', where: TARGET, schema: null }] };
    return new Promise<Response>((resolve) => {
      waiting.push({ text, answer: () => resolve(new Response(JSON.stringify(found))) });
    });
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function typing(first: string) {
  const client = new QueryClient();
  return renderHook(({ text }) => useCheck({ target: TARGET, text, parsed: readJson(text), generation: 1 }), {
    initialProps: { text: first },
    wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
  });
}

/** The check that is being waited for comes back. */
const answered = (): Promise<void> => act(async () => waiting.shift()?.answer());

test('the first change is checked at once, then the newest when the answer is there, and none in between', async () => {
  const { result, rerender } = typing('{"a":1}');
  await waitFor(() => expect(asked).toEqual(['{"a":1}']));
  await answered();
  await waitFor(() => expect(result.current.faults[0]?.message).toBe('/a is {"a":1}'));
  for (const a of [12, 123, 1234]) rerender({ text: `{"a":${a}}` });
  await waitFor(() => expect(asked.length).toBe(2));
  rerender({ text: '{"a":12345}' });
  await answered();
  await waitFor(() => expect(asked.at(-1)).toBe('{"a":12345}'));
  expect(asked.length, 'one more for all of them').toBe(3);
  await answered();
  await waitFor(() => expect(result.current.faults[0]?.message).toBe('/a is {"a":12345}'));
});

test('what is no JSON is told here and asked of nobody; what is JSON again is', async () => {
  const { result, rerender } = typing('{"a":');
  expect(result.current.faults[0]?.message).toMatch(/^This is not JSON yet/);
  expect(asked).toEqual([]);
  rerender({ text: '{"a":2}' });
  await waitFor(() => expect(asked).toEqual(['{"a":2}']));
  rerender({ text: '{"a":2' });
  await answered();
  expect(result.current.faults[0]?.message, 'of the text as it is').toMatch(/^This is not JSON yet/);
  rerender({ text: '{"a":2}' });
  await waitFor(() => expect(result.current.faults[0]?.message).toBe('/a is {"a":2}'));
  expect(asked.length, 'it is known').toBe(1);
});
