// @vitest-environment jsdom
import { cleanup, render } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { keymap } from './keymap.ts';
import { useBindings } from './use-bindings.ts';

afterEach(cleanup);

function Page({ title, run }: { readonly title: string; readonly run: () => void }) {
  useBindings([
    { id: 'page.act', keys: 'x', title, group: 'Page', run },
    { id: 'page.move', keys: ['j', 'k'], title: 'Move', group: 'List', run: null },
  ]);
  return null;
}

const press = (key: string) => keymap.onKeyDown(new KeyboardEvent('keydown', { key, cancelable: true }));

test('a list that is made anew but says the same is registered once, and runs what was given last', () => {
  const changes = vi.fn();
  const stop = keymap.subscribe(changes);
  const [before, now] = [vi.fn(), vi.fn()];
  const { rerender, unmount } = render(<Page title="Act" run={before} />);
  rerender(<Page title="Act" run={now} />);
  expect(changes).toHaveBeenCalledTimes(1);
  press('x');
  expect([before.mock.calls.length, now.mock.calls.length]).toEqual([0, 1]);
  unmount();
  expect(keymap.get()).toEqual([]);
  stop();
});

test('what it says anew is shown anew; what only documents a widget stays without an act', () => {
  const { rerender } = render(<Page title="Act" run={() => undefined} />);
  rerender(<Page title="Act again" run={() => undefined} />);
  expect(keymap.get().map(({ title, run }) => [title, run === null])).toEqual([
    ['Act again', false],
    ['Move', true],
  ]);
});
