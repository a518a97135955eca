/** NAME=value a line, as shells and dotenv read it: # comments, export, single quotes literal, double quotes with escapes. */
import { NotText, Reading, type ReadResult, type TransferEntry } from './transfer.ts';

const LINE = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)$/;
const NAME = /^[A-Za-z_][\w.-]*$/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$' };

export function readDotenv(text: string): ReadResult {
  const reading = new Reading();
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const raw = lines[i] ?? '';
    const line = i + 1;
    if (/^\s*(#|$)/.test(raw)) continue;
    const [, key, rest] = LINE.exec(raw) ?? [];
    if (key === undefined || rest === undefined) {
      reading.fault(line, 'not NAME=value');
      continue;
    }
    const quote = rest[0];
    if (quote !== '"' && quote !== "'") {
      reading.add({ key, value: rest.replace(/\s+#.*$/, '').trimEnd(), lease: null, line });
      continue;
    }
    let body = rest.slice(1);
    let end = closing(body, quote);
    while (end < 0 && i + 1 < lines.length) {
      body += `\n${lines[++i]}`;
      end = closing(body, quote);
    }
    if (end < 0) reading.fault(line, `the quote ${quote} is never closed`);
    else if (!/^\s*(#.*)?$/.test(body.slice(end + 1))) reading.fault(i + 1, 'text after the closing quote');
    else reading.add({ key, value: unquote(body.slice(0, end), quote), lease: null, line });
  }
  return reading.result;
}

function closing(body: string, quote: string): number {
  for (let at = 0; at < body.length; at++) {
    if (body[at] === '\\' && quote === '"') at++;
    else if (body[at] === quote) return at;
  }
  return -1;
}

const unquote = (body: string, quote: string): string =>
  quote === "'" ? body : body.replace(/\\(.)/gs, (all, char: string) => ESCAPES[char] ?? all);

/** @throws NotText when name or value cannot stand in such a file */
export function writeDotenv(name: string, { value }: TransferEntry): string {
  if (!NAME.test(name)) throw new NotText('is no name that dotenv knows (letters, digits, _ . -)');
  if (typeof value !== 'string' || value.includes('\0')) throw new NotText('has a value that is no text');
  if (/^[\w./:@%+,-]*$/.test(value)) return `${name}=${value}\n`;
  const quoted = value.replace(/[\\"$\n\r\t]/g, (char) => `\\${{ '\n': 'n', '\r': 'r', '\t': 't' }[char] ?? char}`);
  return `${name}="${quoted}"\n`;
}
