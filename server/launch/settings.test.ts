import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseSettings } from './settings.ts';
import { SettingsError } from './store-settings.ts';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'quorate-settings-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const parse = (env: Record<string, string>, args: string[] = []) => parseSettings(args, env, cwd);

test('the defaults start three members and the console on loopback', () => {
  const settings = parse({});
  expect(settings).toMatchObject({ host: '127.0.0.1', port: 8379, dev: false, dataDir: path.join(cwd, '.quorate') });
  expect(settings.members).toEqual([
    { name: 'm1', client: 2379, peer: 2380 },
    { name: 'm2', client: 22379, peer: 22380 },
    { name: 'm3', client: 32379, peer: 32380 },
  ]);
  expect(settings.stores[0]).toMatchObject({
    id: 'local',
    kind: 'bundled',
    endpoints: ['127.0.0.1:2379', '127.0.0.1:22379', '127.0.0.1:32379'],
  });
});

test('origins that may evaluate flags are named one by one', () => {
  expect(parse({}).flagOrigins).toEqual([]);
  const text = 'https://shop.example, http://localhost:3000';
  expect(parse({ QUORATE_OFREP_ORIGINS: text }).flagOrigins).toEqual(['https://shop.example', 'http://localhost:3000']);
});

test('external endpoints start no bundled store', () => {
  const settings = parse({
    QUORATE_ENDPOINTS: 'https://a:2379,https://[::1]:2379',
    QUORATE_USER: 'root',
    QUORATE_PASSWORD: 'x',
  });
  expect(settings.members).toEqual([]);
  expect(settings.stores[0]).toMatchObject({
    kind: 'external',
    endpoints: ['a:2379', '[::1]:2379'],
    tls: {},
    auth: { user: 'root', password: 'x' },
  });
});

test('several stores come from the configuration file', () => {
  const stores = [
    { id: 'prod', endpoints: ['h:1'], readOnly: true },
    { id: 'test', label: 'Test', endpoints: ['h:2'] },
  ];
  writeFileSync(path.join(cwd, 'quorate.config.json'), JSON.stringify({ stores }));
  expect(parse({}).stores).toMatchObject([
    { id: 'prod', label: 'prod', readOnly: true },
    { id: 'test', label: 'Test', readOnly: false },
  ]);
});

test.each([
  [{ QUORATE_PROT: '1' }, 'unknown setting QUORATE_PROT'],
  [{ QUORATE_PORT: '99999' }, 'QUORATE_PORT must be a port number'],
  [{ QUORATE_STORE_PORTS: '1,2,3' }, 'pairs'],
  [{ QUORATE_STORE_PORTS: '1,2,2,3' }, 'twice'],
  [{ QUORATE_READ_ONLY: 'maybe' }, 'QUORATE_READ_ONLY must be true or false'],
  [{ QUORATE_CONFIG_PREFIX: '/settings' }, 'QUORATE_CONFIG_PREFIX must be a folder of keys that ends with a slash'],
  [{ QUORATE_OFREP_ORIGINS: '*' }, 'lists origins as browsers write them'],
  [{ QUORATE_OFREP_ORIGINS: 'https://shop.example/' }, 'got "https://shop.example/"'],
  [{ QUORATE_HOST: 'no/host' }, 'QUORATE_HOST must be a host name or address'],
  [{ QUORATE_TLS_CERT: 'x' }, 'belong together'],
  [{ QUORATE_TLS_CERT: '/nowhere', QUORATE_TLS_KEY: '/nowhere' }, 'QUORATE_TLS_CERT /nowhere does not exist'],
  [{ QUORATE_ENDPOINTS: 'nonsense' }, 'is not host:port'],
  [{ QUORATE_ENDPOINTS: 'http://a:1,https://b:1' }, 'mix of http and https'],
  [{ QUORATE_ENDPOINTS: 'a:1', QUORATE_USER: 'u' }, 'belong together'],
  [{ QUORATE_CACERT: 'x' }, 'QUORATE_ENDPOINTS is not'],
  [{ QUORATE_ENDPOINTS: 'https://a:1', QUORATE_CACERT: '/nowhere' }, 'does not exist'],
])('%j is refused with one line that names the setting', (env, text) => {
  expect(() => parse(env as Record<string, string>)).toThrow(SettingsError);
  expect(() => parse(env as Record<string, string>)).toThrow(text);
});

test('an unknown flag is refused by name', () => {
  expect(() => parse({}, ['--prot'])).toThrow("Unknown option '--prot'; known: --dev, --from-snapshot FILE");
});

test('a snapshot to start from must exist, and belongs to the bundled store', () => {
  expect(() => parse({}, ['--from-snapshot', 'none.db'])).toThrow('does not exist');
  writeFileSync(path.join(cwd, 'saved.db'), '');
  expect(parse({}, ['--from-snapshot', 'saved.db']).fromSnapshot).toBe(path.join(cwd, 'saved.db'));
  expect(() => parse({ QUORATE_ENDPOINTS: 'a:1' }, ['--from-snapshot', 'saved.db'])).toThrow('external stores are set');
});

test('a broken configuration file is refused with the field', () => {
  writeFileSync(path.join(cwd, 'quorate.config.json'), '{"stores":[{"id":"A!","endpoints":["h:1"]}]}');
  expect(() => parse({})).toThrow('stores[0].id');
});

test('the console may have an account of its own on the bundled store, for when that has users', () => {
  const account = { QUORATE_USER: 'console', QUORATE_PASSWORD: 'x' };
  expect(parse(account).stores).toMatchObject([{ kind: 'bundled', auth: { user: 'console', password: 'x' } }]);
  expect(() => parse({ QUORATE_USER: 'console' })).toThrow('belong together');
  writeFileSync(path.join(cwd, 'quorate.config.json'), '{"stores":[{"id":"a","endpoints":["h:1"]}]}');
  expect(() => parse(account)).toThrow('give each its user there');
});
