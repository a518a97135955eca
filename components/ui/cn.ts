import { type ClassValue, clsx } from 'clsx';

/**
 * Joins class names. Of two that set the same property the stylesheet's order decides, not the order here: whoever overrides a
 * component's own class says so with Tailwind's mark of importance ("w-64!").
 */
export const cn = (...inputs: ClassValue[]): string => clsx(inputs);
