// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from 'vitest';
import { type Binding, Keymap, type PressContext } from './keymap.ts';

let context: PressContext;
let keymap: Keymap;
const binding = (fields: Partial<Binding> & Pick<Binding, 'id' | 'keys' | 'run'>): Binding => ({
  title: fields.id,
  group: 'Page',
  ...fields,
});

function press(key: string, init: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, cancelable: true, ...init });
  keymap.onKeyDown(event);
  return event;
}

beforeEach(() => {
  context = { isInField: false, isDialogOpen: false };
  keymap = new Keymap(() => context);
});

test('a key runs its binding and is taken from the browser', () => {
  const run = vi.fn();
  keymap.register([binding({ id: 'filter', keys: '/', run })]);
  expect(press('/').defaultPrevented).toBe(true);
  expect(run).toHaveBeenCalledTimes(1);
});

test.each([
  ['before', ['live', 'leases']],
  ['after', ['leases', 'live']],
])('the second key of a sequence is not also a key of its own, which was registered %s it', (_, order) => {
  const live = vi.fn();
  const leases = vi.fn();
  const both = [binding({ id: 'live', keys: 'l', run: live }), binding({ id: 'leases', keys: 'g l', run: leases })];
  keymap.register(order.flatMap((id) => both.filter((one) => one.id === id)));
  press('g');
  press('l');
  expect([leases.mock.calls.length, live.mock.calls.length]).toEqual([1, 0]);
  press('l');
  expect(live).toHaveBeenCalledTimes(1);
});

test('single keys rest in text fields and below dialogs, unless the binding says otherwise', () => {
  const edit = vi.fn();
  const palette = vi.fn();
  keymap.register([
    binding({ id: 'edit', keys: 'e', run: edit }),
    binding({ id: 'palette', keys: 'Control+k', run: palette, inFields: true, inDialogs: true }),
  ]);
  context = { isInField: true, isDialogOpen: false };
  press('e');
  press('k', { ctrlKey: true });
  context = { isInField: false, isDialogOpen: true };
  press('e');
  press('k', { ctrlKey: true });
  expect([edit.mock.calls.length, palette.mock.calls.length]).toEqual([0, 2]);
});

test('the latest registration of a key wins, and gives it back when it leaves', () => {
  const page = vi.fn();
  const panel = vi.fn();
  keymap.register([binding({ id: 'page', keys: 'Escape', run: page })]);
  const leave = keymap.register([binding({ id: 'panel', keys: 'Escape', run: panel })]);
  press('Escape');
  leave();
  press('Escape');
  expect([panel.mock.calls.length, page.mock.calls.length]).toEqual([1, 1]);
});

test('a binding that only documents a widget takes no key', () => {
  keymap.register([binding({ id: 'down', keys: 'j', run: null })]);
  expect(press('j').defaultPrevented).toBe(false);
  expect(keymap.get()).toHaveLength(1);
});

test('what is pressed while a part of the page is still to come waits for its bindings, sequences too', () => {
  const back = vi.fn();
  const jump = vi.fn();
  keymap.register([binding({ id: 'keys', keys: 'g k', run: vi.fn() })]);
  const arrived = keymap.expect();
  for (const key of ['[', '[', 'g', 'r']) press(key);
  arrived();
  keymap.register([binding({ id: 'back', keys: '[', run: back }), binding({ id: 'jump', keys: 'g r', run: jump })]);
  expect([back.mock.calls.length, jump.mock.calls.length]).toEqual([2, 1]);
  keymap.register([binding({ id: 'again', keys: '[', run: back })]);
  expect(back).toHaveBeenCalledTimes(2);
});

test('nothing waits when nothing is to come, nor what is typed into a field', () => {
  const back = vi.fn();
  press('[');
  const arrived = keymap.expect();
  context = { isInField: true, isDialogOpen: false };
  press('[');
  context = { isInField: false, isDialogOpen: false };
  arrived();
  keymap.register([binding({ id: 'back', keys: '[', run: back })]);
  expect(back).not.toHaveBeenCalled();
});
