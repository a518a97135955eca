/** `--auth-token` as etcd reads it: `simple`, or `jwt,pub-key=FILE,priv-key=FILE,sign-method=RS256,ttl=5m`. Pure. */
import path from 'node:path';
import { parseDurationMs } from '../../../lib/base/duration.ts';
import { MemberSettingsError } from './flag-table.ts';

export interface JwtSettings {
  readonly signMethod: string;
  readonly publicKeyPath: string | undefined;
  readonly privateKeyPath: string | undefined;
  readonly ttlMs: number;
}

const TTL_DEFAULT = '5m';
const OPTIONS: readonly string[] = ['pub-key', 'priv-key', 'sign-method', 'ttl'];

/** Undefined: simple tokens. @throws MemberSettingsError */
export function parseAuthToken(text: string, cwd: string): JwtSettings | undefined {
  const [kind = '', ...pairs] = text.split(',');
  if (kind === 'simple') return undefined;
  if (kind !== 'jwt') throw new MemberSettingsError(`--auth-token: "${kind}" is neither "simple" nor "jwt"`);
  const options = new Map<string, string>();
  for (const pair of pairs) {
    const [name = '', value, ...rest] = pair.split('=');
    if (value === undefined || value === '' || rest.length > 0)
      throw new MemberSettingsError(`--auth-token: "${pair}" is not name=value`);
    if (!OPTIONS.includes(name))
      throw new MemberSettingsError(`--auth-token: "${name}" is none of ${OPTIONS.join(', ')}`);
    if (options.has(name)) throw new MemberSettingsError(`--auth-token: ${name} is given twice`);
    options.set(name, value);
  }
  const signMethod = options.get('sign-method');
  if (signMethod === undefined) throw new MemberSettingsError('--auth-token: jwt needs sign-method=RS256 or another');
  const ttl = options.get('ttl') ?? TTL_DEFAULT;
  const ttlMs = parseDurationMs(ttl);
  if (ttlMs === undefined || ttlMs <= 0)
    throw new MemberSettingsError(`--auth-token: ttl=${ttl} is no duration such as 5m`);
  const file = (name: string): string | undefined => {
    const value = options.get(name);
    return value === undefined ? undefined : path.resolve(cwd, value);
  };
  return { signMethod, publicKeyPath: file('pub-key'), privateKeyPath: file('priv-key'), ttlMs };
}
