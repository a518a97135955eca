import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseSettings } from './settings.ts';
import { SettingsError } from './store-settings.ts';

const SECRET = 'hunter2-of-production';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'quorate-stores-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const write = (name: string, text: string): void => writeFileSync(path.join(cwd, name), text);

function parse(file: unknown, env: Record<string, string> = {}) {
  write('quorate.config.json', typeof file === 'string' ? file : JSON.stringify(file));
  return parseSettings([], env, cwd);
}

const ok = { id: 'prod', endpoints: ['h:1'] };

test('the bundled store stands beside others, each with label, colour, account and certificates', () => {
  for (const file of ['ca.pem', 'cert.pem', 'key.pem']) write(file, '');
  write('password', `${SECRET}\n`);
  const { stores, members } = parse({
    stores: [
      { id: 'local', bundled: true, label: 'Laptop', colour: 'green' },
      {
        id: 'prod',
        label: 'Production',
        colour: 'red',
        endpoints: ['https://a.example:2379', 'https://[fd00::1]:2379'],
        caFile: 'ca.pem',
        certFile: 'cert.pem',
        keyFile: 'key.pem',
        user: 'console',
        passwordFile: 'password',
        readOnly: true,
        metricsUrls: ['http://a.example:2381', 'http://b.example:2381/m'],
      },
    ],
  });
  expect(members).toHaveLength(3);
  expect(stores).toEqual([
    {
      id: 'local',
      label: 'Laptop',
      colour: 'green',
      kind: 'bundled',
      endpoints: ['127.0.0.1:2379', '127.0.0.1:22379', '127.0.0.1:32379'],
      tls: null,
      auth: null,
      readOnly: false,
      metricsUrls: {},
    },
    {
      id: 'prod',
      label: 'Production',
      colour: 'red',
      kind: 'external',
      endpoints: ['a.example:2379', '[fd00::1]:2379'],
      tls: {
        caFile: path.join(cwd, 'ca.pem'),
        certFile: path.join(cwd, 'cert.pem'),
        keyFile: path.join(cwd, 'key.pem'),
      },
      auth: { user: 'console', password: SECRET },
      readOnly: true,
      metricsUrls: {
        'a.example:2379': 'http://a.example:2381/metrics',
        '[fd00::1]:2379': 'http://b.example:2381/m',
      },
    },
  ]);
});

test('without the bundled store none is started; QUORATE_READ_ONLY holds for all', () => {
  const { stores, members } = parse({ stores: [ok, { id: 'test', endpoints: ['h:2'] }] }, { QUORATE_READ_ONLY: '1' });
  expect(members).toEqual([]);
  expect(stores.map(({ readOnly, colour }) => [readOnly, colour])).toEqual([
    [true, null],
    [true, null],
  ]);
});

test.each([
  [{}, 'stores: is missing'],
  [[], 'the file: '],
  [{ stores: [] }, 'stores: must name at least one store'],
  [{ stores: 'x' }, 'stores: must be a list of stores'],
  [{ stores: [ok], port: 1 }, 'port: is not known; known: stores'],
  [{ stores: [{ ...ok, endpoint: 'h:1' }] }, 'stores[0].endpoint: is not known; known: id, label, colour, bundled'],
  [{ stores: [ok, { endpoints: ['h:1'] }] }, 'stores[1].id: is missing'],
  [{ stores: [{ ...ok, id: 'Prod' }] }, 'stores[0].id: must be 1-32 of a-z, 0-9 and "-"'],
  [{ stores: [{ ...ok, label: ' x' }] }, 'stores[0].label: must be printable text'],
  [{ stores: [{ ...ok, colour: 'mauve' }] }, 'stores[0].colour: must be one of red, orange'],
  [{ stores: [{ ...ok, readOnly: 'yes' }] }, 'stores[0].readOnly: must be true or false'],
  [{ stores: [ok, ok] }, 'stores[1].id: "prod" belongs to stores[0] already'],
  [{ stores: [ok, { ...ok, id: 'b', label: 'prod' }] }, 'stores[1].label: "prod" belongs to stores[0] already'],
  [{ stores: [{ id: 'a' }] }, 'stores[0].endpoints: is missing: name host:port of its members, or say "bundled": true'],
  [{ stores: [{ ...ok, endpoints: [] }] }, 'stores[0].endpoints: must not be empty'],
  [{ stores: [{ ...ok, endpoints: ['h:1', 7] }] }, 'stores[0].endpoints[1]: must be host:port'],
  [{ stores: [{ ...ok, endpoints: ['h:1', 'ftp://h:2'] }] }, 'stores[0].endpoints[1]: "ftp://h:2" is not host:port'],
  [{ stores: [{ ...ok, endpoints: ['h:1', 'h:70000'] }] }, 'stores[0].endpoints[1]: must be a port number'],
  [{ stores: [{ ...ok, endpoints: ['h:1', 'h:1'] }] }, 'stores[0].endpoints[1]: "h:1" is named twice'],
  [{ stores: [{ ...ok, endpoints: ['h:1', 'https://h:2'] }] }, 'stores[0].endpoints[1]: mix of http and https'],
  [{ stores: [{ ...ok, caFile: 'none.pem' }] }, 'stores[0].caFile: '],
  [{ stores: [{ ...ok, user: 'u' }] }, 'stores[0].password: is missing: user and password belong together'],
  [{ stores: [{ ...ok, password: SECRET }] }, 'stores[0].user: is missing'],
  [{ stores: [{ ...ok, user: 'u', password: SECRET, passwordFile: 'p' }] }, 'stores[0].passwordFile: password is set'],
  [{ stores: [{ ...ok, user: 'u', passwordFile: 'p' }] }, 'cannot be read (ENOENT)'],
  [{ stores: [{ id: 'a', bundled: true, endpoints: ['h:1'] }] }, 'stores[0].endpoints: the bundled store has its own'],
  [
    {
      stores: [
        { id: 'a', bundled: true },
        { id: 'b', bundled: true },
      ],
    },
    'stores[1].bundled: there is one bundled store',
  ],
  [{ stores: [{ id: 'A', endpoints: [], label: '' }] }, '(and 2 more)'],
])('%j is refused with the path to the field', (file, text) => {
  expect(() => parse(file)).toThrow(SettingsError);
  expect(() => parse(file)).toThrow(`quorate.config.json: `);
  expect(() => parse(file)).toThrow(text);
});

test.each([
  [['http://h:2', 'http://h:3'], '2 URLs for 1 endpoints'],
  [['h:2381'], '"h:2381" is not http://host:port/path'],
  [[`http://me:${SECRET}@h:2`], '"http://…@h:2" is not'],
])('metrics at %j are refused with the reason, and without a password', (metricsUrls, reason) => {
  const run = () => parse({ stores: [{ ...ok, metricsUrls }] });
  expect(run).toThrow(reason);
  expect(run).not.toThrow(SECRET);
});

test('members may be left unasked for metrics', () => {
  expect(parse({ stores: [{ ...ok, metricsUrls: ['off'] }] }).stores[0]?.metricsUrls).toBeNull();
});

test('what is no JSON is told in one line that quotes nothing of the file', () => {
  for (const text of [
    `{"stores": [{"password": ${SECRET}}]}`,
    `{"password": "${SECRET}" "x"}`,
    `{"password": "${SECRET}`,
  ]) {
    let message = '';
    try {
      parse(text);
    } catch (error) {
      message = error instanceof SettingsError ? error.message : '';
    }
    expect(message).toMatch(/^quorate\.config\.json is not valid JSON: \S/);
    expect(message).not.toContain('\n');
    expect(message).not.toContain('hunter2');
  }
});

test('a wrong field beside a password says nothing of the password', () => {
  expect(() => parse({ stores: [{ ...ok, password: SECRET, user: 7 }] })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining(SECRET) }),
  );
});
