/** Log lines on stderr: one JSON object each, with the keys of etcd's logger (level, ts, msg). */
import type { Log, LogFields, LogLevel } from './log.ts';

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

export function createLog(options: {
  readonly level: LogLevel;
  readonly now: () => Date;
  readonly write: (line: string) => void;
}): Log {
  return (level, message, fields) => {
    if (RANK[level] < RANK[options.level]) return;
    options.write(`${formatLine(options.now(), { level, message, fields: fields ?? {} })}\n`);
  };
}

function formatLine(
  at: Date,
  line: { readonly level: LogLevel; readonly message: string; readonly fields: LogFields },
): string {
  const { level, message, fields } = line;
  return JSON.stringify({ level, ts: at.toISOString(), msg: message, ...fields }, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString(16) : value,
  );
}
