/** Numbers as the screen shows them: grouped in threes, exact, the same in every locale. */
import type { WireInt } from '../api/types.ts';

/** 18204 or "18204" → "18,204". Decimal strings of any length stay exact. */
export function formatCount(value: number | WireInt): string {
  const text = typeof value === 'number' ? String(Math.trunc(value)) : value;
  return text.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** "1 key", "2 keys", "1,204 keys". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** 1536 → "1.5 KiB"; bytes below 1024 stay whole. */
export function formatBytes(bytes: number | WireInt): string {
  let value = Number(bytes);
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const text = unit === 0 || value >= 100 ? String(Math.round(value)) : value.toFixed(1);
  return `${text} ${UNITS[unit]}`;
}

/** Per second: 0, 0.4, 12, 1,204. */
export function formatRate(perSecond: number): string {
  if (perSecond === 0) return '0';
  if (perSecond < 0.05) return '<0.1';
  return perSecond < 10 ? perSecond.toFixed(1).replace(/\.0$/, '') : formatCount(Math.round(perSecond));
}

/** Adds a decimal string and a small integer, exactly. */
export const addInt = (value: WireInt, delta: number): WireInt => (BigInt(value) + BigInt(delta)).toString();

/** Orders decimal strings by value: negative, 0 or positive. */
export function compareInt(a: WireInt, b: WireInt): number {
  if (!a.startsWith('-') && !b.startsWith('-')) {
    // Digits of one length order as text does.
    return a.length !== b.length ? a.length - b.length : a < b ? -1 : a > b ? 1 : 0;
  }
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Non-negative decimal digits without a sign; anything else is undefined. "007" becomes "7". */
export function parseWireInt(text: string): WireInt | undefined {
  const digits = text.trim().replaceAll(',', '');
  return /^\d{1,19}$/.test(digits) ? BigInt(digits).toString() : undefined;
}
