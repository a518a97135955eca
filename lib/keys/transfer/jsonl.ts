/** One JSON object a line: {"key":…,"value":…,"lease":"hex"}; bytes that are no text as {"base64":…}. Exact to the byte. */
import type { WireBytes } from '../../api/types.ts';
import { fromBase64 } from '../../base/bytes.ts';
import { Reading, type ReadResult, type TransferEntry } from './transfer.ts';

const KNOWN = new Set(['key', 'value', 'lease', 'createRevision', 'modRevision', 'version']);

export function readJsonLines(text: string): ReadResult {
  const reading = new Reading();
  text.split('\n').forEach((raw, i) => {
    const line = i + 1;
    if (raw.trim() === '') return;
    const problem = (message: string): void => reading.fault(line, message);
    let parsed: unknown;
    try {
      parsed = JSON.parse(raw);
    } catch {
      problem('not valid JSON');
      return;
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      problem('not a JSON object');
      return;
    }
    const { key, value, lease = null } = parsed as Record<string, unknown>;
    const unknown = Object.keys(parsed).find((name) => !KNOWN.has(name));
    if (unknown !== undefined) problem(`the field "${unknown}" is not known`);
    else if (!isBytes(key)) problem('"key" must be text, or {"base64": …}');
    else if (!isBytes(value)) problem('"value" must be text, or {"base64": …}');
    else if (lease !== null && (typeof lease !== 'string' || !/^[0-9a-f]{1,16}$/.test(lease))) {
      problem('"lease" must be 1 to 16 hex digits, or null');
    } else reading.add({ key, value, lease, line });
  });
  return reading.result;
}

function isBytes(value: unknown): value is WireBytes {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null || Object.keys(value).join() !== 'base64') return false;
  const { base64 } = value as { readonly base64: unknown };
  if (typeof base64 !== 'string') return false;
  try {
    fromBase64(base64);
    return true;
  } catch {
    return false;
  }
}

export const writeJsonLine = ({ key, value, lease }: TransferEntry): string =>
  `${JSON.stringify(lease === null ? { key, value } : { key, value, lease })}\n`;
