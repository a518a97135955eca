/**
 * Laying out JSON text without changing what it says.
 *
 * `JSON.parse` then `JSON.stringify` rounds 64-bit numbers, drops repeated members and rewrites escapes. An operator
 * must never be shown (let alone save) such a value, so layout works on tokens: every literal is copied as it stands and
 * only the white space between tokens changes.
 */

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

export interface JsonProblem {
  readonly message: string;
  /** 1-based; null when the engine did not say where. */
  readonly line: number | null;
}

/** Null when `text` is one JSON value. */
export function jsonProblem(text: string): JsonProblem | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return { message: (error as SyntaxError).message.replace(/^JSON\.parse: /, ''), line: problemLine(text, error) };
  }
}

function problemLine(text: string, error: unknown): number | null {
  const said = /position (\d+)/.exec(String((error as Error).message));
  if (said?.[1] !== undefined) return text.slice(0, Number(said[1])).split('\n').length;
  return /end of (JSON|data)|unterminated/i.test(String((error as Error).message)) ? text.split('\n').length : null;
}

/** Two-space layout of valid JSON text; undefined when `text` is not JSON. Empty objects and arrays stay on one line. */
export function prettyJson(text: string): string | undefined {
  return jsonProblem(text) === null ? layout(text.match(TOKEN) ?? []) : undefined;
}

/** The same value without white space between tokens; undefined when `text` is not JSON. */
export function compactJson(text: string): string | undefined {
  return jsonProblem(text) === null ? (text.match(TOKEN) ?? []).join('') : undefined;
}

function layout(tokens: readonly string[]): string {
  let out = '';
  let depth = 0;
  const newline = (): string => `\n${'  '.repeat(depth)}`;
  tokens.forEach((token, i) => {
    const next = tokens[i + 1];
    if (token === '{' || token === '[') {
      out += token;
      depth++;
      if (next !== '}' && next !== ']') out += newline();
    } else if (token === '}' || token === ']') {
      depth--;
      const previous = tokens[i - 1];
      if (previous !== '{' && previous !== '[') out += newline();
      out += token;
    } else if (token === ',') out += token + newline();
    else if (token === ':') out += ': ';
    else out += token;
  });
  return out;
}
