import { KEY_TAIL_CHARS, keyParts } from '../../lib/keys/key-parts.ts';

/**
 * A key where there may be no room for it: its middle gives way, since the keys of one folder differ at their end.
 * The words are those of the key, in two pieces; the place around it brings the full key as its title.
 */
export function KeyName({ text }: { readonly text: string }) {
  const [head, tail] = keyParts(text, KEY_TAIL_CHARS);
  if (head === '') return <span className="mono block truncate whitespace-pre">{tail}</span>;
  return (
    <span className="flex min-w-0">
      <span className="mono truncate whitespace-pre">{head}</span>
      <span className="mono shrink-0 whitespace-pre">{tail}</span>
    </span>
  );
}
