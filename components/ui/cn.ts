import { type ClassValue, clsx } from 'clsx';
import { extendTailwindMerge } from 'tailwind-merge';

// Our own theme names, so that `text-meta` (a size) and `text-fg-2` (a colour) do not cancel each other.
const merge = extendTailwindMerge({
  extend: {
    theme: {
      text: ['body', 'meta', 'mono', 'lead', 'title'],
      radius: ['mark', 'control', 'panel', 'full'],
      shadow: ['float'],
    },
  },
});

/** Joins class names; later Tailwind classes win over earlier ones of the same kind. */
export const cn = (...inputs: ClassValue[]): string => merge(clsx(inputs));
