/** Java properties: name=value, name: value or name value a line, with its escapes and continued lines. */
import { NotText, Reading, type ReadResult, type TransferEntry } from './transfer.ts';

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' };

export function readProperties(text: string): ReadResult {
  const reading = new Reading();
  const lines = text.split(/\r\n|\n|\r/);
  for (let i = 0; i < lines.length; i++) {
    const line = i + 1;
    let logical = (lines[i] ?? '').trimStart();
    if (logical === '' || logical.startsWith('#') || logical.startsWith('!')) continue;
    while (endsInContinuation(logical)) {
      logical = logical.slice(0, -1) + (lines[++i] ?? '').trimStart();
      if (i >= lines.length) break;
    }
    const at = separator(logical);
    const key = decoded(logical.slice(0, at));
    const value = decoded(logical.slice(at).replace(/^[ \t\f]*[=:]?[ \t\f]*/, ''));
    if (key === undefined || value === undefined) reading.fault(line, '\\u needs four hex digits after it');
    else if (!key.isWellFormed() || !value.isWellFormed()) reading.fault(line, 'half of a surrogate pair');
    else reading.add({ key, value, lease: null, line });
  }
  return reading.result;
}

const endsInContinuation = (line: string): boolean => (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1;

/** Where the name ends: the first unescaped =, : or space. */
function separator(line: string): number {
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '\\') at++;
    else if (/[=: \t\f]/.test(line[at] ?? '')) return at;
  }
  return line.length;
}

/** Undefined when a \\u escape is broken. */
function decoded(text: string): string | undefined {
  if (/\\u(?![0-9a-fA-F]{4})/.test(text.replaceAll('\\\\', ''))) return undefined;
  return text.replace(/\\(u([0-9a-fA-F]{4})|.)/gs, (_all, char: string, hex: string | undefined) =>
    hex === undefined ? (ESCAPES[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\f': '\\f', '\\': '\\\\' };

/** Escaped as every reader understands: other than printable ASCII as \\uXXXX. */
const encoded = (text: string, special: RegExp): string =>
  text
    .replace(special, (char) => NAMED[char] ?? `\\${char}`)
    .replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** @throws NotText when the value is no text */
export function writeProperty(name: string, { value }: TransferEntry): string {
  if (typeof value !== 'string') throw new NotText('has a value that is no text');
  return `${encoded(name, /[\\\n\r\t\f=:#! ]/g)}=${encoded(value, /[\\\n\r\t\f]|^ /g)}\n`;
}
