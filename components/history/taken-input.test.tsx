// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TakenInput } from './taken-input.tsx';

afterEach(cleanup);

const onTake = vi.fn();
let field: HTMLInputElement;

beforeEach(() => {
  onTake.mockReset();
  render(<TakenInput className="w-24" aria-label="Prefix" shown="/app/" onTake={onTake} />);
  field = screen.getByRole('textbox', { name: 'Prefix' });
  field.focus();
});

const type = (text: string) => fireEvent.change(field, { target: { value: text } });

test('what was typed is taken on leaving, once', () => {
  type('/web/');
  expect(onTake).not.toHaveBeenCalled();
  fireEvent.submit(field);
  field.blur();
  expect(onTake.mock.calls).toEqual([['/web/']]);
});

test('leaving without having typed takes nothing', () => {
  field.blur();
  expect(onTake).not.toHaveBeenCalled();
});

test('Escape gives up what was typed and leaves the field as it was', () => {
  type('/web/');
  fireEvent.keyDown(field, { key: 'Escape' });
  expect(document.activeElement).not.toBe(field);
  expect(onTake).not.toHaveBeenCalled();
  expect(field.value).toBe('/app/');
});
