// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { Dialog, DialogClose, DialogContent } from './dialog.tsx';
import { Input } from './input.tsx';
import { toasts } from './toast-store.ts';

afterEach(cleanup);

const onClose = vi.fn();

function show(children: React.ReactNode): void {
  onClose.mockReset();
  render(
    <Dialog open onClose={onClose}>
      <DialogContent
        title="Delete it"
        footer={
          <DialogClose>
            <button type="button">Leave it</button>
          </DialogClose>
        }
      >
        {children}
      </DialogContent>
    </Dialog>,
  );
}

test('it is named by its title, and the focus is on the first control of its body', () => {
  show(<input aria-label="How many" />);
  expect(screen.getByRole('dialog', { name: 'Delete it' }).hasAttribute('open')).toBe(true);
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'How many' }));
});

test('what asks for the focus itself keeps it', () => {
  show(
    <>
      <input aria-label="first" />
      <Input aria-label="second" autoFocus />
    </>,
  );
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'second' }));
});

test('Escape and its buttons ask to close it', () => {
  show(<p>gone for good</p>);
  fireEvent(screen.getByRole('dialog'), new Event('cancel', { cancelable: true }));
  fireEvent.click(screen.getByRole('button', { name: 'Leave it' }));
  fireEvent.click(screen.getByRole('button', { name: 'Close' }));
  expect(onClose).toHaveBeenCalledTimes(3);
});

test('a message that comes meanwhile appears in it', () => {
  show(<p>gone for good</p>);
  act(() => void toasts.add({ text: 'Copied' }));
  expect(screen.getByRole('dialog').textContent).toContain('Copied');
});
