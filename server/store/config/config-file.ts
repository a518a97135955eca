/**
 * etcd's configuration file (--config-file): a YAML or JSON mapping of flag names to values, with one mapping of TLS settings per
 * side inside. Of YAML only what such files use is read, anything else is refused with its line: scalars, quoted or not, lists
 * in either notation, and one level of indented mappings.
 */
import { readFileSync } from 'node:fs';
import { MemberSettingsError } from './flag-table.ts';

/** Flag names and values as text, as a command line would give them; lists joined by commas. */
export type FileFlags = ReadonlyMap<string, string>;

/** The mappings that hold a side's TLS settings, and what their keys are as flags. */
const SECTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'client-transport-security': {
    'cert-file': 'cert-file',
    'key-file': 'key-file',
    'client-cert-file': 'client-cert-file',
    'client-key-file': 'client-key-file',
    'client-cert-auth': 'client-cert-auth',
    'trusted-ca-file': 'trusted-ca-file',
    'allowed-hostname': 'client-cert-allowed-hostname',
    'allowed-hostnames': 'client-cert-allowed-hostname',
    'auto-tls': 'auto-tls',
    'crl-file': 'client-crl-file',
  },
  'peer-transport-security': {
    'cert-file': 'peer-cert-file',
    'key-file': 'peer-key-file',
    'client-cert-file': 'peer-client-cert-file',
    'client-key-file': 'peer-client-key-file',
    'client-cert-auth': 'peer-client-cert-auth',
    'trusted-ca-file': 'peer-trusted-ca-file',
    'allowed-cn': 'peer-cert-allowed-cn',
    'allowed-cns': 'peer-cert-allowed-cn',
    'allowed-hostname': 'peer-cert-allowed-hostname',
    'allowed-hostnames': 'peer-cert-allowed-hostname',
    'skip-client-san-verification': 'peer-skip-client-san-verification',
    'auto-tls': 'peer-auto-tls',
    'crl-file': 'peer-crl-file',
  },
};

type Scalar = string;
type Value = Scalar | readonly Scalar[] | ReadonlyMap<string, Scalar | readonly Scalar[]>;

/** @throws MemberSettingsError */
export function openConfigFile(file: string): FileFlags {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new MemberSettingsError(`--config-file ${file} cannot be read (${code}): give the path of an existing file`);
  }
  return readConfigFile(file, text);
}

/** @param file its name, for errors. @throws MemberSettingsError */
export function readConfigFile(file: string, text: string): FileFlags {
  const flags = new Map<string, string>();
  const top = text.trimStart().startsWith('{') ? readJson(file, text) : new YamlReader(file, text).read();
  for (const [name, value] of top) {
    const section = SECTIONS[name];
    if (section === undefined && value instanceof Map)
      throw new MemberSettingsError(`--config-file ${file}: "${name}" holds a value, not a mapping`);
    // An empty section is one that sets nothing.
    if (section !== undefined && !(value instanceof Map) && value !== '')
      throw new MemberSettingsError(`--config-file ${file}: "${name}" holds a mapping, not a value`);
    if (section === undefined) setFlag(flags, name, value as Scalar | readonly Scalar[]);
    else if (value instanceof Map)
      for (const [key, inner] of value) {
        const flag = section[key];
        if (flag === undefined)
          throw new MemberSettingsError(
            `--config-file ${file}: "${key}" is not one of ${Object.keys(section).join(', ')} in "${name}"`,
          );
        setFlag(flags, flag, inner);
      }
  }
  return flags;
}

/** A setting without a value is one left at its default. */
function setFlag(flags: Map<string, string>, name: string, value: Scalar | readonly Scalar[]): void {
  const text = typeof value === 'string' ? value : value.join(',');
  if (text !== '') flags.set(name, text);
}

function readJson(file: string, text: string): Map<string, Value> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new MemberSettingsError(`--config-file ${file}: ${cause instanceof Error ? cause.message : cause}`);
  }
  const scalar = (value: unknown): Scalar => {
    if (value === null) return '';
    if (typeof value === 'object')
      throw new MemberSettingsError(`--config-file ${file}: ${JSON.stringify(value)} lies too deep`);
    return String(value);
  };
  const flat = (value: unknown) => (Array.isArray(value) ? value.map(scalar) : scalar(value));
  const isMapping = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  return new Map(
    Object.entries(json as object).map(([name, value]): [string, Value] => [
      name,
      isMapping(value) ? new Map(Object.entries(value).map(([key, inner]) => [key, flat(inner)])) : flat(value),
    ]),
  );
}

interface Line {
  readonly number: number;
  readonly indent: number;
  readonly text: string;
}

class YamlReader {
  readonly #file: string;
  readonly #lines: Line[];
  #at = 0;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#lines = text.split(/\r?\n/).flatMap((raw, i) => {
      if (/^\s*(#.*)?$/.test(raw) || /^(---|\.\.\.)\s*$/.test(raw)) return [];
      const indent = raw.length - raw.trimStart().length;
      return [{ number: i + 1, indent, text: raw.trim() }];
    });
  }

  read(): Map<string, Value> {
    const top = new Map<string, Value>();
    while (this.#peek() !== undefined) {
      const { name, rest, line } = this.#entry(0);
      if (top.has(name)) throw this.#refusal(line, `"${name}" is given twice`);
      top.set(name, rest === '' ? this.#block(line) : this.#inline(rest, line));
    }
    return top;
  }

  #peek(): Line | undefined {
    return this.#lines[this.#at];
  }

  /** `name: rest` at exactly this depth. */
  #entry(indent: number): { readonly name: string; readonly rest: string; readonly line: Line } {
    const line = this.#lines[this.#at++] as Line;
    const match = /^(?:"([^"]+)"|'([^']+)'|([A-Za-z0-9][A-Za-z0-9-]*))\s*:(?:\s+(.*))?$/.exec(line.text);
    if (match === null || line.indent !== indent) throw this.#refusal(line, 'expected "name: value"');
    return { name: match[1] ?? match[2] ?? match[3] ?? '', rest: uncommented(match[4] ?? ''), line };
  }

  /** What stands indented below `parent`: a list, a mapping, or nothing. */
  #block(parent: Line): Value {
    const first = this.#peek();
    const isItem = (line: Line | undefined): line is Line => line !== undefined && /^-(\s|$)/.test(line.text);
    if (isItem(first) && first.indent >= parent.indent) {
      const items: Scalar[] = [];
      for (let line = this.#peek(); isItem(line) && line.indent === first.indent; line = this.#peek()) {
        this.#at++;
        items.push(this.#scalar(uncommented(line.text.slice(1).trim()), line));
      }
      return items;
    }
    if (first === undefined || first.indent <= parent.indent) return '';
    if (parent.indent > 0) throw this.#refusal(first, 'nothing lies deeper than this');
    const inner = new Map<string, Scalar | readonly Scalar[]>();
    for (let line = this.#peek(); line !== undefined && line.indent > parent.indent; line = this.#peek()) {
      const { name, rest } = this.#entry(first.indent);
      const value = rest === '' ? this.#block(line) : this.#inline(rest, line);
      if (value instanceof Map) throw this.#refusal(line, 'nothing lies deeper than this');
      inner.set(name, value as Scalar | readonly Scalar[]);
    }
    return inner;
  }

  #inline(text: string, line: Line): Scalar | readonly Scalar[] {
    if (!text.startsWith('[')) return this.#scalar(text, line);
    if (!text.endsWith(']')) throw this.#refusal(line, 'a list must end on its own line');
    const inside = text.slice(1, -1).trim();
    if (inside === '') return [];
    const parts = inside.match(/\s*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,]+)\s*/g) ?? [];
    return parts.map((part) => this.#scalar(part.trim(), line));
  }

  #scalar(text: string, line: Line): Scalar {
    if (text.startsWith('"')) {
      try {
        return String(JSON.parse(text));
      } catch {
        throw this.#refusal(line, 'a string in double quotes of wrong form');
      }
    }
    if (text.startsWith("'")) {
      if (!/^'([^']|'')*'$/.test(text)) throw this.#refusal(line, 'a string in single quotes of wrong form');
      return text.slice(1, -1).replaceAll("''", "'");
    }
    if (/^[&*!|>%@`{]/.test(text))
      throw this.#refusal(line, `"${text}" is YAML that is not read here: put it in quotes`);
    return text === '~' || text === 'null' ? '' : text;
  }

  #refusal({ number }: Line, reason: string): MemberSettingsError {
    return new MemberSettingsError(`--config-file ${this.#file}, line ${number}: ${reason}`);
  }
}

/** Without the comment behind a value. */
function uncommented(text: string): string {
  const quoted = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*(?:#.*)?$/.exec(text);
  return quoted?.[1] ?? text.replace(/(^|\s)#.*$/, '').trim();
}
