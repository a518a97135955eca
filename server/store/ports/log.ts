/** Where the store's structured log lines go. Fields are short facts, never payloads. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, string | number | bigint | boolean | undefined>>;
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

export const silentLog: Log = () => undefined;
