/**
 * Source text with comments, and on request string contents, blanked out, so that checks by pattern see code only.
 * Line breaks stay where they are. A scanner, not a parser: it knows quotes, templates, comments and regular expression
 * literals, which is enough for formatted code.
 */
export function stripCode(text: string, options: { readonly strings: boolean }): string {
  let out = '';
  let at = 0;
  const blank = (end: number) => {
    out += text.slice(at, end).replaceAll(/[^\n]/g, ' ');
    at = end;
  };
  const copy = (end: number) => {
    out += text.slice(at, end);
    at = end;
  };
  while (at < text.length) {
    const char = text[at];
    if (char === '/' && text[at + 1] === '/') blank(indexOr(text, '\n', at));
    else if (char === '/' && text[at + 1] === '*') blank(Math.min(text.length, indexOr(text, '*/', at + 2) + 2));
    else if (char === "'" || char === '"' || char === '`') {
      const end = literalEnd(text, at, char);
      if (options.strings) blankInside(end);
      else copy(end);
    } else if (char === '/' && startsRegExp(out)) {
      const end = literalEnd(text, at, '/');
      if (options.strings) blankInside(end);
      else copy(end);
    } else copy(at + 1);
  }
  return out;

  function blankInside(end: number): void {
    copy(at + 1);
    blank(Math.max(at, end - 1));
    copy(end);
  }
}

function indexOr(text: string, part: string, from: number): number {
  const found = text.indexOf(part, from);
  return found < 0 ? text.length : found;
}

/** One past the closing quote. Template expressions count as text: what they hold is checked nowhere else either. */
function literalEnd(text: string, start: number, quote: string): number {
  let inClass = false;
  for (let i = start + 1; i < text.length; i++) {
    const char = text[i];
    if (char === '\\') i++;
    else if (quote === '/' && char === '[') inClass = true;
    else if (quote === '/' && char === ']') inClass = false;
    else if (char === quote && !inClass) return i + 1;
    else if (char === '\n' && quote !== '`') return i;
  }
  return text.length;
}

/** A slash divides after a value and opens a regular expression after an operator, a bracket or a keyword. */
function startsRegExp(before: string): boolean {
  const trimmed = before.trimEnd();
  return trimmed === '' || /[(,=:[!&|?{};+*%<>~^-]$/.test(trimmed) || /\b(return|typeof|case|of|in)$/.test(trimmed);
}

/** The line number (from 1) of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = 0; i < offset; i++) if (text.charCodeAt(i) === 10) line++;
  return line;
}
