/**
 * YAML as far as it is a tree of text: nested block mappings whose leaves are scalars (plain, quoted, literal blocks). The path
 * of a leaf, joined by "/", is its key; its text is its value, as written: `yes` is "yes", `1.10` is "1.10". Sequences, flow
 * collections, anchors, tags, aliases and several documents have no such reading and are faults.
 */
import { NotText, Reading, type ReadResult, type TransferEntry } from './transfer.ts';

const SEPARATOR = '/';
const ENTRY =
  /^( *)("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#:"'[\]{}&*!|>%@`,-][^:#]*?|-[^\s:#][^:#]*?)\s*:(?:\s+(.*))?$/;
const UNREADABLE: readonly (readonly [RegExp, string])[] = [
  [/^\s*-(\s|$)/, 'a sequence cannot become keys'],
  [/^(---|\.\.\.)(\s|$)/, 'only one document can be read'],
  [/^%/, 'directives cannot be read'],
];
const UNREADABLE_VALUE: readonly (readonly [RegExp, string])[] = [
  [/^[[{]/, 'a flow collection cannot become keys'],
  [/^[&*]/, 'anchors and aliases cannot be read'],
  [/^!/, 'tags cannot be read'],
];

interface Level {
  readonly indent: number;
  readonly path: string;
}

export function readYaml(text: string): ReadResult {
  return new YamlReader(text).run();
}

class YamlReader {
  readonly #lines: readonly string[];
  readonly #reading = new Reading();
  #at = 0;
  /** Mappings we are in, outermost first. */
  #levels: Level[] = [];

  constructor(text: string) {
    this.#lines = text.split(/\r?\n/);
    if (this.#lines[0]?.trim() === '---') this.#at = 1;
  }

  run(): ReadResult {
    for (; this.#at < this.#lines.length; this.#at++) {
      const raw = this.#lines[this.#at] ?? '';
      if (/^\s*(#|$)/.test(raw)) continue;
      const fault = /^\s*\t/.test(raw)
        ? 'indentation must be spaces'
        : UNREADABLE.find(([pattern]) => pattern.test(raw))?.[1];
      if (fault === undefined) this.#entry(raw, this.#at + 1);
      else this.#reading.fault(this.#at + 1, fault);
    }
    return this.#reading.result;
  }

  #entry(raw: string, line: number): void {
    const [, spaces = '', quotedName, rest = ''] = ENTRY.exec(raw) ?? [];
    const name = quotedName === undefined ? undefined : scalar(quotedName);
    if (name === undefined) {
      this.#reading.fault(line, 'not "name: value"');
      return;
    }
    const indent = spaces.length;
    while ((this.#levels.at(-1)?.indent ?? -1) >= indent) this.#levels.pop();
    const siblings = this.#indents.get(this.#levels.length);
    if (siblings !== undefined && siblings !== indent) {
      this.#reading.fault(line, 'indented unlike the lines beside it');
      return;
    }
    this.#indents.set(this.#levels.length, indent);
    const path = `${this.#levels.at(-1)?.path ?? ''}${name}`;
    const value = rest.replace(/^#.*$/, '').trimEnd();
    const block = /^([|>])([+-]?)\s*(#.*)?$/.exec(value);
    if (block !== null) this.#reading.add({ key: path, value: this.#block(indent, block), lease: null, line });
    else if (value === '' && this.#hasChildren(indent)) {
      this.#levels.push({ indent, path: `${path}${SEPARATOR}` });
      this.#indents.delete(this.#levels.length);
    } else this.#leaf({ path, value, line });
  }

  /** Indentation of the mapping at each depth, once its first entry was seen. */
  readonly #indents = new Map<number, number>();

  #leaf({ path, value, line }: { readonly path: string; readonly value: string; readonly line: number }): void {
    const fault = UNREADABLE_VALUE.find(([pattern]) => pattern.test(value))?.[1];
    const text = scalar(value);
    if (fault !== undefined) this.#reading.fault(line, fault);
    else if (text === undefined) this.#reading.fault(line, 'the quotes do not close on this line');
    else this.#reading.add({ key: path, value: text, lease: null, line });
  }

  #hasChildren(indent: number): boolean {
    for (let i = this.#at + 1; i < this.#lines.length; i++) {
      const next = this.#lines[i] ?? '';
      if (/^\s*(#|$)/.test(next)) continue;
      return next.length - next.trimStart().length > indent;
    }
    return false;
  }

  #block(indent: number, [, style, chomp]: RegExpExecArray): string {
    const body: string[] = [];
    let inner: number | null = null;
    while (this.#at + 1 < this.#lines.length) {
      const next = this.#lines[this.#at + 1] ?? '';
      const depth = next.length - next.trimStart().length;
      if (next.trim() !== '' && depth <= indent) break;
      if (inner === null && next.trim() !== '') inner = depth;
      body.push(inner === null ? '' : next.slice(inner));
      this.#at++;
    }
    const trailing = body.length - body.findLastIndex((one) => one !== '') - 1;
    const kept = body.slice(0, body.length - trailing);
    const joined = style === '|' ? kept.join('\n') : fold(kept);
    if (chomp === '-') return joined;
    return chomp === '+'
      ? `${joined}${'\n'.repeat(trailing + (kept.length > 0 ? 1 : 0))}`
      : kept.length === 0
        ? ''
        : `${joined}\n`;
  }
}

/** Single breaks become spaces, empty lines become breaks. */
const fold = (lines: readonly string[]): string =>
  lines
    .join('\n')
    .replace(/(\S)\n(?=[^\s\n])/g, '$1 ')
    .replace(/\n\n/g, '\n');

const DOUBLE: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};

/** The text of a scalar of one line; undefined when its quotes are broken. */
function scalar(written: string): string | undefined {
  const text = written.trim();
  if (text.startsWith("'")) {
    const inner = /^'((?:[^']|'')*)'\s*(?:#.*)?$/.exec(text)?.[1];
    return inner?.replaceAll("''", "'");
  }
  if (!text.startsWith('"')) return text.replace(/\s+#.*$/, '');
  const inner = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/.exec(text)?.[1];
  return inner?.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)/g, (all, code: string) =>
    code.length > 1 ? String.fromCodePoint(Number.parseInt(code.slice(1), 16)) : (DOUBLE[code] ?? all),
  );
}

const PLAIN = /^[A-Za-z0-9_./@+][\w ./@+:-]*$/;
const quoted = (text: string): string => (PLAIN.test(text) && !/: |:$| $| #/.test(text) ? text : JSON.stringify(text));

/** Nested mappings, in key order. @throws NotText with the key's name in `message` for what no such tree can carry */
export function writeYaml(entries: readonly (TransferEntry & { readonly name: string })[]): string {
  const out: string[] = [];
  let open: string[] = [];
  const names = new Set(entries.map((entry) => entry.name));
  for (const { name, value } of entries) {
    if (typeof value !== 'string') throw new NotText(`${name} has a value that is no text`);
    const parts = name.split(SEPARATOR);
    const folders = parts.slice(0, -1);
    folders.forEach((_, depth) => {
      const folder = parts.slice(0, depth + 1).join(SEPARATOR);
      if (names.has(folder)) throw new NotText(`${folder} is a key and a folder at once, which YAML cannot say`);
    });
    let shared = 0;
    while (shared < folders.length && folders[shared] === open[shared]) shared++;
    for (let depth = shared; depth < folders.length; depth++)
      out.push(`${'  '.repeat(depth)}${quoted(folders[depth] ?? '')}:`);
    open = folders;
    out.push(`${'  '.repeat(folders.length)}${quoted(parts.at(-1) ?? '')}: ${quoted(value)}`);
  }
  return out.length === 0 ? '' : `${out.join('\n')}\n`;
}
