import { expect, test, vi } from 'vitest';
import { ToastStore } from './toast-store.ts';

test('a failure stays until it is closed, a success leaves by itself', () => {
  const store = new ToastStore();
  store.add({ tone: 'bad', text: 'refused' });
  store.add({ tone: 'good', text: 'saved' });
  expect(store.get().map((toast) => toast.lifeMs === null)).toEqual([true, false]);
});

test('the oldest message goes when a fifth arrives', () => {
  const store = new ToastStore();
  for (const text of ['a', 'b', 'c', 'd', 'e']) store.add({ text });
  expect(store.get().map((toast) => toast.text)).toEqual(['b', 'c', 'd', 'e']);
});

test('closing tells the listeners, who see a new list', () => {
  const store = new ToastStore();
  const listener = vi.fn();
  const id = store.add({ text: 'a' });
  const before = store.get();
  store.subscribe(listener);
  store.close(id);
  expect(listener).toHaveBeenCalledTimes(1);
  expect(store.get()).not.toBe(before);
  expect(store.get()).toEqual([]);
});

test('all of them go at once, with what they offer', () => {
  const store = new ToastStore();
  const listener = vi.fn();
  store.add({ tone: 'bad', text: 'refused' });
  store.add({ text: 'deleted', action: { label: 'Undo', run: () => undefined } });
  store.subscribe(listener);
  store.clear();
  expect([store.get(), listener.mock.calls.length]).toEqual([[], 1]);
});
