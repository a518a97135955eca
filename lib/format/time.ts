/** Moments and spans as the screen shows them, in the reader's own zone, 24 hours, the same in every locale. */

const two = (value: number): string => String(value).padStart(2, '0');

/** 14:02:07 */
export function clockTime(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** 14:02 */
export const clockMinute = (at: number): string => clockTime(at).slice(0, 5);

/** 14:02:07.123, for event lists. */
export const clockMillis = (at: number): string => `${clockTime(at)}.${String(Math.floor(at) % 1000).padStart(3, '0')}`;

/** 2026-11-21 */
export function calendarDay(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The clock alone today, day and clock before. */
export const momentText = (at: number, now: number): string =>
  calendarDay(at) === calendarDay(now) ? clockTime(at) : `${calendarDay(at)} ${clockTime(at)}`;

/** 850 ms, 4.2 s, 3 min 5 s, 2 h 10 min, 3 d 4 h. */
export function durationText(ms: number): string {
  const span = Math.max(0, ms);
  if (span < 1_000) return `${Math.round(span)} ms`;
  if (span < 10_000) return `${(span / 1_000).toFixed(1).replace(/\.0$/, '')} s`;
  const seconds = Math.round(span / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const pair = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
    small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
  if (seconds < 3_600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1_440) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.floor(minutes / 60);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** "now", "4 s ago", "3 min ago", "2 h ago", "5 d ago": one unit, for glancing. */
export function agoText(at: number, now: number): string {
  const seconds = Math.floor((now - at) / 1_000);
  if (seconds < 1) return 'now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}
