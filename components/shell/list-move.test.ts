// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';
import { listMove } from './list-move.ts';

beforeEach(() => {
  document.body.innerHTML =
    '<nav><button>Keys</button></nav><main><input /><div role="tree" tabindex="0"><a href="#">one</a></div></main>';
});

const focused = (): string | undefined => document.activeElement?.outerHTML.slice(0, 16);

test('the keys of a list lead into it from anywhere on the page', () => {
  const { run } = listMove('keys.move', 'Next and previous row');
  run?.();
  expect(focused()).toBe('<div role="tree"');
  document.querySelector('button')?.focus();
  run?.();
  expect(focused()).toBe('<div role="tree"');
});

test('whoever is in the list stays where they are', () => {
  const link = document.querySelector('a');
  link?.focus();
  listMove('keys.move', 'Next and previous row').run?.();
  expect(document.activeElement).toBe(link);
});

test('a page without a list keeps its focus', () => {
  document.querySelector('main')?.replaceChildren();
  document.querySelector('button')?.focus();
  listMove('keys.move', 'Next and previous row').run?.();
  expect(focused()).toBe('<button>Keys</bu');
});
