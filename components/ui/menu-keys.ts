/** Which item of an open menu the keyboard goes to. */
import type { KeyboardEvent } from 'react';

const ITEMS = '[role=menuitem]:not([aria-disabled]), [role=menuitemradio]:not([aria-disabled])';

/** Arrows, Home and End move the focus, Enter and Space take the item, a letter goes to the next item that begins with it. */
export function keyMove(menu: HTMLElement, event: KeyboardEvent): void {
  const items = [...menu.querySelectorAll<HTMLElement>(ITEMS)];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const target = targetOf(event.key, items, at);
  if (target === null) return;
  event.preventDefault();
  if (target === 'take') items[at]?.click();
  else target.focus();
}

function targetOf(key: string, items: readonly HTMLElement[], at: number): HTMLElement | 'take' | null {
  const { length } = items;
  const item = (index: number): HTMLElement | null => items[(index + length) % length] ?? null;
  switch (key) {
    case 'ArrowDown':
      return item(at + 1);
    case 'ArrowUp':
      return item(at < 0 ? length - 1 : at - 1);
    case 'Home':
      return item(0);
    case 'End':
      return item(length - 1);
    case 'Enter':
    case ' ':
      return 'take';
    default: {
      if (key.length !== 1) return null;
      const letter = key.toLowerCase();
      const order = [...items.slice(at + 1), ...items.slice(0, at + 1)];
      return order.find((one) => one.textContent.trim().toLowerCase().startsWith(letter)) ?? null;
    }
  }
}
