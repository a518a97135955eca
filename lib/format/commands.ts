/** The commands an operator would type for what the screen shows. */
import type { WireBytes } from '../api/types.ts';
import { fromWire } from '../keys/wire-bytes.ts';

/** Linux takes 128 KiB for one argument; what is longer goes through a pipe. */
export const ARGUMENT_CHARS_MAX = 100_000;

const PLAIN = /^[A-Za-z0-9_./:=@%+,-]+$/;

/** One shell word, exact for any bytes: plain, 'single quoted', or $'\x00' where a terminal could not carry it. */
export function shellWord(value: WireBytes): string {
  if (typeof value === 'string') {
    if (PLAIN.test(value)) return value;
    // Control characters, which a quoted word cannot show.
    if (!/[^ -~\u0080-\uffff]/.test(value)) return `'${value.replaceAll("'", "'\\''")}'`;
  }
  let out = '';
  for (const byte of fromWire(value)) {
    const isSafe = byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c;
    out += isSafe ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return `$'${out}'`;
}

const hasZeroByte = (word: WireBytes): boolean =>
  typeof word === 'string' ? word.includes('\0') : fromWire(word).includes(0);

/** No argument of a command may hold a zero byte: a shell would cut the word there and mean another key. */
const ZERO_BYTE = '# No command line can carry a key with a zero byte: use the curl form.';

/** `etcdctl --endpoints=… get /a --rev=3`; a word that starts with a dash is kept from being read as a flag. A comment where none can say it. */
export function etcdctl(
  endpoints: readonly string[],
  words: readonly WireBytes[],
  flags: readonly string[] = [],
): string {
  const [verb, ...rest] = words;
  if (words.some(hasZeroByte)) return ZERO_BYTE;
  const needsDashes = rest.some((word) => typeof word === 'string' && word.startsWith('-'));
  const hosts =
    endpoints.length === 0 ? [] : [`--endpoints=${endpoints.map((one) => one.replace(/^http:\/\//, '')).join(',')}`];
  const head = ['etcdctl', ...hosts, ...(verb === undefined ? [] : [shellWord(verb)])];
  return [...head, ...flags, ...(needsDashes ? ['--'] : []), ...rest.map(shellWord)].join(' ');
}

/** Where `npm run sample` looks for a store by itself. */
const SAMPLE_ENDPOINTS = '127.0.0.1:2379,127.0.0.1:22379,127.0.0.1:32379';

/** `npm run sample`, told where the bundled store is unless that is where it looks anyway. */
export function sampleCommand(endpoints: readonly string[]): string {
  const hosts = endpoints.map((one) => one.replace(/^http:\/\//, '')).join(',');
  return hosts === '' || hosts === SAMPLE_ENDPOINTS ? 'npm run sample' : `npm run sample -- --endpoints ${hosts}`;
}

/** `curl -s 'http://…'`, with method and JSON body when there is one. */
export function curl(url: string, body?: { readonly method: string; readonly json: unknown }): string {
  if (body === undefined) return `curl -s ${shellWord(url)}`;
  const json = shellWord(JSON.stringify(body.json));
  const head = `curl -s -X ${body.method} ${shellWord(url)} -H 'content-type: application/json' -d`;
  return json.length > ARGUMENT_CHARS_MAX ? `printf %s ${json} | ${head} @-` : `${head} ${json}`;
}
