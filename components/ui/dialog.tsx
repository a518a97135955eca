'use client';

import { X } from 'lucide-react';
import { createContext, type ReactNode, useContext, useId, useLayoutEffect, useRef, useState } from 'react';
import { Button } from './button.tsx';
import { cn } from './cn.ts';
import { slotted } from './slot.ts';
import { ToastRegion } from './toast-region.tsx';

interface DialogState {
  readonly open: boolean;
  readonly onClose: () => void;
}

const DialogContext = createContext<DialogState>({ open: false, onClose: () => {} });

/** Around a DialogContent (or a Modal), which is there while it is open. */
export function Dialog({ open, onClose, children }: DialogState & { readonly children: ReactNode }) {
  return <DialogContext value={{ open, onClose }}>{children}</DialogContext>;
}

/** Makes its only child a button that closes. */
export function DialogClose({ children }: { readonly children: ReactNode }) {
  const { onClose } = useContext(DialogContext);
  return slotted(children, { onClick: () => onClose() });
}

const FOCUSABLE = ':is(input, textarea, select, button):enabled, a[href], [tabindex="0"], [contenteditable=true]';

export interface ModalProps {
  readonly label?: string;
  readonly labelledBy?: string;
  readonly describedBy?: string;
  readonly className?: string;
  readonly children: ReactNode;
}

/**
 * The browser's own modal dialog: what is outside is dead, Escape and a press outside close it, and the focus goes back to where it was.
 * Toasts appear in it, or nobody would hear of them.
 */
export function Modal({ label, labelledBy, describedBy, className, children }: ModalProps) {
  const { open } = useContext(DialogContext);
  if (!open) return null;
  return (
    <OpenModal
      {...(label === undefined ? {} : { label })}
      {...(labelledBy === undefined ? {} : { labelledBy })}
      {...(describedBy === undefined ? {} : { describedBy })}
      {...(className === undefined ? {} : { className })}
    >
      {children}
    </OpenModal>
  );
}

function OpenModal({ label, labelledBy, describedBy, className, children }: ModalProps) {
  const { onClose } = useContext(DialogContext);
  const node = useRef<HTMLDialogElement>(null);
  // The content comes once the dialog is shown: nothing takes the focus in one that is not.
  const [isShown, setShown] = useState(false);
  useLayoutEffect(() => {
    const dialog = node.current;
    dialog?.showModal();
    setShown(true);
    return () => dialog?.close();
  }, []);
  useLayoutEffect(() => {
    const dialog = node.current;
    const focused = document.activeElement;
    if (!isShown || dialog === null || (focused !== dialog && dialog.contains(focused))) return;
    dialog.querySelector<HTMLElement>(FOCUSABLE)?.focus();
  }, [isShown]);
  return (
    <dialog
      ref={node}
      aria-label={label}
      aria-labelledby={labelledBy}
      aria-describedby={describedBy}
      onCancel={(event) => {
        event.preventDefault();
        if (event.target === event.currentTarget) onClose();
      }}
      onClose={(event) => {
        // The browser may insist on a second Escape.
        if (event.target === event.currentTarget && !event.currentTarget.open) onClose();
      }}
      onPointerDown={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const isInside =
          event.clientX >= box.left &&
          event.clientX <= box.right &&
          event.clientY >= box.top &&
          event.clientY <= box.bottom;
        if (event.target === event.currentTarget && !isInside) onClose();
      }}
      className={cn(
        'mx-auto animate-in rounded-panel border border-line-strong bg-surface text-fg shadow-float backdrop:animate-in backdrop:bg-scrim focus:outline-none',
        className,
      )}
    >
      {isShown ? children : null}
      <ToastRegion />
    </dialog>
  );
}

export interface DialogContentProps {
  readonly title: string;
  /** One sentence that says what this does. */
  readonly description?: ReactNode;
  readonly children: ReactNode;
  /** The row of buttons at the foot, main act last. */
  readonly footer?: ReactNode;
  readonly size?: 'small' | 'medium' | 'large';
}

const WIDTH = { small: 'max-w-md', medium: 'max-w-2xl', large: 'max-w-5xl' } as const;

/** A modal: title, sentence, scrolling body, footer. Escape closes; focus is kept inside and returned. */
export function DialogContent({ title, description, children, footer, size = 'medium' }: DialogContentProps) {
  const id = useId();
  return (
    <Modal
      labelledBy={`${id}-title`}
      {...(description === undefined ? {} : { describedBy: `${id}-text` })}
      className={cn('mt-[8vh] mb-auto max-h-[84vh] w-[calc(100vw-2rem)] flex-col open:flex', WIDTH[size])}
    >
      <header className="flex items-start gap-3 border-b py-3 pr-12 pl-4">
        <div className="min-w-0 flex-1">
          <h2 id={`${id}-title`} className="font-semibold text-lead">
            {title}
          </h2>
          {description === undefined ? null : (
            <p id={`${id}-text`} className="mt-0.5 text-body text-fg-2">
              {description}
            </p>
          )}
        </div>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 py-3">{children}</div>
      {footer === undefined ? null : (
        <footer className="flex flex-wrap items-center justify-end gap-2 border-t px-4 py-3">{footer}</footer>
      )}
      {/* Last in the DOM, so that focus starts in the body. */}
      <DialogClose>
        <Button variant="ghost" size="iconSmall" aria-label="Close" className="absolute top-2.5 right-2.5">
          <X aria-hidden="true" />
        </Button>
      </DialogClose>
    </Modal>
  );
}

/** The body of a dialog that is filled in: Enter in a field does what its main act does. */
export function DialogForm({ onSubmit, children }: { readonly onSubmit: () => void; readonly children: ReactNode }) {
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}
