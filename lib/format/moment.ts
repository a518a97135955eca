/** What an operator types to go to a moment: "14:02", "14:02:07", "2026-11-21 14:02", "5m", "2h ago". Local time. */

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };
const AGO = /^-?(\d{1,6})\s*(s|min|m|h|d)(?:\s+ago)?$/i;
const CLOCK = /^(?:(\d{4})-(\d{2})-(\d{2})[ T])?(\d{1,2}):(\d{2})(?::(\d{2}))?$/;

/** Epoch milliseconds; undefined when it is no moment. A clock time later than now is yesterday's. */
export function parseMoment(text: string, now: number): number | undefined {
  const typed = text.trim();
  const ago = AGO.exec(typed);
  if (ago !== null) return now - Number(ago[1]) * (UNIT_MS[(ago[2] ?? '').toLowerCase()] ?? 0);
  const clock = CLOCK.exec(typed);
  if (clock === null) return undefined;
  const [, year, month, day, hours = '', minutes = '', seconds = '59'] = clock;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const date = new Date(now);
  if (year !== undefined) date.setFullYear(Number(year), Number(month) - 1, Number(day));
  // "14:02" means all of that minute: what was current at its end.
  date.setHours(Number(hours), Number(minutes), Number(seconds), 999);
  const at = date.getTime();
  if (Number.isNaN(at)) return undefined;
  return year === undefined && at - now > 60_000 ? at - 86_400_000 : at;
}
