// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { MenuContent, MenuItem } from './menu.tsx';
import { ContextMenuTrigger, Menu, MenuTrigger } from './menu-trigger.tsx';

afterEach(cleanup);

const took = vi.fn();

function show(): void {
  took.mockReset();
  render(
    <Menu>
      <MenuTrigger>More</MenuTrigger>
      <MenuContent>
        <MenuItem onSelect={() => took('copy')}>Copy</MenuItem>
        <MenuItem disabled onSelect={() => took('cut')}>
          Cut
        </MenuItem>
        <MenuItem danger onSelect={() => took('delete')}>
          Delete
        </MenuItem>
      </MenuContent>
    </Menu>,
  );
}

const press = (key: string): void => void fireEvent.keyDown(document.activeElement ?? document.body, { key });
const focused = (): string => document.activeElement?.textContent ?? '';

test('arrows go around what can be taken, a letter goes to what begins with it, Enter takes it and the focus goes back', () => {
  show();
  const trigger = screen.getByRole('button', { name: 'More' });
  fireEvent.click(trigger);
  press('ArrowDown');
  expect(focused()).toBe('Copy');
  press('ArrowDown');
  expect(focused(), 'past what is disabled').toBe('Delete');
  press('ArrowDown');
  expect(focused()).toBe('Copy');
  press('d');
  expect(focused()).toBe('Delete');
  press('Enter');
  expect(took.mock.calls).toEqual([['delete']]);
  expect(screen.queryByRole('menu')).toBeNull();
  expect(document.activeElement).toBe(trigger);
});

test('Escape and a press outside close it without taking anything', () => {
  show();
  const trigger = screen.getByRole('button', { name: 'More' });
  fireEvent.click(trigger);
  press('Escape');
  expect(screen.queryByRole('menu')).toBeNull();
  fireEvent.keyDown(trigger, { key: 'ArrowDown' });
  expect(screen.getByRole('menu')).toBeDefined();
  fireEvent.pointerDown(document.body);
  expect(screen.queryByRole('menu')).toBeNull();
  expect(took).not.toHaveBeenCalled();
});

test('what is disabled is not taken by a click either', () => {
  show();
  fireEvent.click(screen.getByRole('button', { name: 'More' }));
  fireEvent.click(screen.getByRole('menuitem', { name: 'Cut' }));
  expect(took).not.toHaveBeenCalled();
});

test('a right click opens the menu of the object, in place of the browser’s', () => {
  render(
    <Menu>
      <ContextMenuTrigger>
        <span>object</span>
      </ContextMenuTrigger>
      <MenuContent>
        <MenuItem onSelect={() => undefined}>Open</MenuItem>
      </MenuContent>
    </Menu>,
  );
  const wasLeftToTheBrowser = fireEvent.contextMenu(screen.getByText('object'), { clientX: 5, clientY: 5 });
  expect(wasLeftToTheBrowser).toBe(false);
  expect(screen.getByRole('menuitem', { name: 'Open' })).toBeDefined();
});
