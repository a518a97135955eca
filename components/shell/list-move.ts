import type { Binding } from './keymap.ts';

const LISTS = '[role="tree"], [role="grid"]';

/** Whoever has not gone into the list of the page yet is taken there; from then on the list hears its keys itself. */
function focusList(): void {
  if (document.activeElement?.closest(LISTS) != null) return;
  document.querySelector('main')?.querySelector<HTMLElement>(`:is(${LISTS})[tabindex="0"]`)?.focus();
}

/** The keys that go up and down in the list of a page. */
export const listMove = (id: string, title: string): Binding => ({
  id,
  keys: ['j', 'k'],
  title,
  group: 'List',
  run: focusList,
  inPalette: false,
});
