'use client';

import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button, type ButtonProps, IconButton } from './button.tsx';
import { toasts } from './toast-store.ts';

const DONE_MS = 1_500;

/** Puts `text` on the clipboard; false where the browser refuses (no secure context, no permission). */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Plain-http consoles on a LAN have no clipboard API: the old way still works there.
    const area = document.createElement('textarea');
    area.value = text;
    area.style.position = 'fixed';
    area.style.opacity = '0';
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
  }
}

/** Copies and says so, or says that it could not. */
export function useCopy(): { readonly copied: boolean; readonly copy: (text: string) => void } {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), DONE_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (text: string): void => {
    void copyText(text).then((done) => {
      setCopied(done);
      if (!done)
        toasts.add({ tone: 'bad', text: 'The browser did not allow copying. Select the text and copy it by hand.' });
    });
  };
  return { copied, copy };
}

export interface CopyButtonProps extends Omit<ButtonProps, 'onClick' | 'children' | 'value' | 'size'> {
  /** What goes to the clipboard; a function where working it out takes a moment. */
  readonly text: string | (() => string);
  /** What is copied: "Copy key". */
  readonly label: string;
  readonly size?: 'small' | 'medium';
  /** Shows the label, not the icon alone. */
  readonly withLabel?: boolean;
}

export function CopyButton({ text, label, size = 'small', withLabel = false, ...props }: CopyButtonProps) {
  const { copied, copy } = useCopy();
  const onClick = (): void => copy(typeof text === 'string' ? text : text());
  const icon = copied ? <Check aria-hidden="true" className="text-good" /> : <Copy aria-hidden="true" />;
  if (withLabel) {
    return (
      <Button size={size} {...props} onClick={onClick}>
        {icon}
        {copied ? 'Copied' : label}
      </Button>
    );
  }
  return (
    <IconButton label={copied ? 'Copied' : label} size={size} {...props} onClick={onClick}>
      {icon}
    </IconButton>
  );
}
