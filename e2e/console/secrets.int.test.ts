/**
 * Secrets are sown wherever one enters (the console's account and TLS key, users' passwords old, new and wrong, cookies, tokens,
 * values) and looked for wherever one could come out: what the processes wrote, the members' data, the audit trail as it lies in the
 * store, every answer and page that others get, and the scripts that browsers load.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request as requestSecurely } from 'node:https';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { API } from '../../lib/api/frame-routes.ts';
import { routes } from '../../lib/api/routes.ts';
import { connect } from '../../lib/client/index.ts';
import { TestAuthority } from '../../server/store/tls/test-support/authority.ts';
import { type Product, ROOT, startProduct } from '../fixtures/product.ts';
import { type TemporaryFolder, temporaryFolder } from '../fixtures/temporary.ts';

const STORE = 'local';
const TIMEOUT_MS = 180_000;
const sown = new Map<string, string>();

/** Long enough for the password rule, and found nowhere by chance. */
function seed(name: string): string {
  const secret = `seed-${name}-${randomBytes(9).toString('hex')}`;
  sown.set(name, secret);
  return secret;
}

const ACCOUNT = seed('account');
const ROOT_PASSWORD = seed('root');
const ADA_FIRST = seed('ada-first');
const ADA = seed('ada-second');
const WRONG = seed('wrong');
const VALUE = seed('value');
const IMPORTED = seed('imported');
const BROKEN = seed('broken');

const authority = new TestAuthority();
const certificate = authority.issue('console');
const ca = readFileSync(authority.caFile);
// A line of its PEM that holds nothing but the key itself.
sown.set('key of the console', readFileSync(certificate.key, 'utf8').split('\n')[2] ?? '');

let folder: TemporaryFolder;
let product: Product;
let serial = 0;
let root = '';
let ada = '';

interface Sent {
  readonly method?: string;
  readonly body?: unknown;
  readonly cookie?: string;
  /** As it is, and not as JSON. */
  readonly raw?: string;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly cookie: string;
}

/** Of a stream only its first part. */
function send(where: string, { method = 'GET', body, cookie = '', raw }: Sent = {}): Promise<Answer> {
  const headers = { 'content-type': 'application/json', ...(cookie === '' ? {} : { cookie }) };
  const options = { method, headers, ca, signal: AbortSignal.timeout(20_000) };
  return new Promise((resolve, reject) => {
    const asked = requestSecurely(`${product.url}${where}`, options, (response) => {
      textOf(response).then((text) => {
        const setCookie = response.headers['set-cookie']?.[0] ?? '';
        resolve({ status: response.statusCode ?? 0, text, cookie: setCookie.split(';')[0] ?? '' });
      }, reject);
    });
    asked.once('error', reject);
    asked.end(raw ?? (body === undefined ? undefined : JSON.stringify(body)));
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const isStream = response.headers['content-type']?.startsWith('text/event-stream') ?? false;
  const parts: Buffer[] = [];
  for await (const part of response) {
    parts.push(part as Buffer);
    if (isStream) break;
  }
  return Buffer.concat(parts).toString('utf8');
}

const next = (): string => `secrets-${serial++}`;

async function access(action: object, password?: string): Promise<void> {
  const planned = await send(routes.accessPlan(STORE), { method: 'POST', body: { action }, cookie: root });
  const { state } = JSON.parse(planned.text) as { state: string };
  const body = { action, state, idempotencyKey: next(), ...(password === undefined ? {} : { password }) };
  const done = await send(routes.accessAction(STORE), { method: 'POST', body, cookie: root });
  expect(done.status, done.text).toBe(200);
}

async function signIn(user: string, password: string): Promise<string> {
  const answer = await send(routes.signIn(STORE), { method: 'POST', body: { user, password } });
  expect(answer.status, answer.text).toBe(200);
  return answer.cookie;
}

/** Which of them stand in a text, as they are or in base64. */
function found(text: string, among: Iterable<string> = sown.keys()): string[] {
  return [...among].filter((name) => {
    const secret = sown.get(name) ?? '';
    return text.includes(secret) || text.includes(Buffer.from(secret).toString('base64'));
  });
}

interface Described {
  readonly get?: { readonly parameters?: readonly { name: string; in: string; required: boolean }[] };
}

/** Every GET of the API with what its parameters may say: about a key, about all of them, now and as it was. */
async function questions(): Promise<{ readonly template: string; readonly where: string }[]> {
  const document = JSON.parse((await send(`${API}/openapi.json`)).text) as { paths: Record<string, Described> };
  const cluster = await send(routes.cluster(STORE), { cookie: root });
  const { members } = JSON.parse(cluster.text) as { members: readonly { id: string }[] };
  const now = String(Date.now());
  const needed: Record<string, string> = {
    ...{ from: '1', to: '9', before: '2', time: now, at: now, q: 'seed', in: 'values', ids: 'a', id: 'a' },
    ...{ member: members[0]?.id ?? '', target: 'a/a/a', release: 'a' },
  };
  const about = [{ key: '/vault/k' }, { prefix: '/' }, { key: '/vault/k', rev: '9' }, { prefix: '/', rev: '9' }];
  return Object.entries(document.paths).flatMap(([template, { get }]) => {
    if (get === undefined) return [];
    const known = (get.parameters ?? []).filter((parameter) => parameter.in === 'query');
    const searches = about.map((subject) => {
      const said = known.flatMap(({ name, required }): [string, string][] => {
        const value = Reflect.get(subject, name) ?? (required ? needed[name] : undefined);
        return typeof value === 'string' ? [[name, value]] : [];
      });
      return new URLSearchParams(said).toString();
    });
    const where = template.replace('{store}', STORE).replace(/\{\w+\}/g, 'a');
    return [...new Set(searches)].map((search) => ({ template, where: search === '' ? where : `${where}?${search}` }));
  });
}

beforeAll(async () => {
  folder = temporaryFolder('secrets');
  const passwordFile = path.join(folder.path, 'password');
  writeFileSync(passwordFile, `${ACCOUNT}\n`);
  product = await startProduct({
    stores: [{ id: STORE, bundled: true, user: 'console', passwordFile }],
    settings: { QUORATE_TLS_CERT: certificate.cert, QUORATE_TLS_KEY: certificate.key },
  });
  const put = await send(routes.key(STORE), {
    method: 'PUT',
    body: { key: '/vault/k', value: VALUE, expectModRevision: '0', lease: { mode: 'keep' }, idempotencyKey: next() },
  });
  expect(put.status, put.text).toBe(200);
  const request = {
    kind: 'import',
    format: 'jsonl',
    text: `${JSON.stringify({ key: '/vault/imported', value: IMPORTED })}\n`,
    prefix: '',
    overwrite: false,
    lease: { mode: 'none' },
  };
  const preview = await send(routes.bulkPreview(STORE), { method: 'POST', body: request });
  expect(preview.status, preview.text).toBe(200);
  const { asOf } = JSON.parse(preview.text) as { asOf: string };
  await send(routes.jobs(STORE), { method: 'POST', body: { request, asOf, idempotencyKey: next() } });
  await access({ type: 'addRole', role: 'service' });
  const permission = { type: 'readwrite', key: '/quorate/', end: '/quorate0' };
  await access({ type: 'grantPermission', role: 'service', permission });
  await access({ type: 'addUser', user: 'console', withPassword: true }, ACCOUNT);
  await access({ type: 'grantRole', user: 'console', role: 'service' });
  await access({ type: 'addRole', role: 'app' });
  await access({ type: 'grantPermission', role: 'app', permission: { type: 'readwrite', key: '/app/', end: '/app0' } });
  await access({ type: 'addUser', user: 'ada', withPassword: true }, ADA_FIRST);
  await access({ type: 'grantRole', user: 'ada', role: 'app' });
  await access({ type: 'enable' }, ROOT_PASSWORD);
  root = await signIn('root', ROOT_PASSWORD);
  await access({ type: 'setPassword', user: 'ada' }, ADA);
  ada = await signIn('ada', ADA);
  sown.set('cookie of root', root.split('=')[1] ?? '');
  sown.set('cookie of ada', ada.split('=')[1] ?? '');
  const token = await send(routes.clientToken(STORE), { method: 'POST', body: { user: 'ada', password: ADA } });
  expect(token.status, token.text).toBe(200);
  sown.set('token of ada', (JSON.parse(token.text) as { token: string }).token);
  // What goes wrong is where secrets slip out.
  for (const body of [
    { user: 'ada', password: WRONG },
    { user: WRONG, password: 'x' },
  ]) {
    expect((await send(routes.signIn(STORE), { method: 'POST', body })).status).toBe(401);
  }
  const broken = await send(routes.key(STORE), { method: 'PUT', raw: `{"value": ${BROKEN}}`, cookie: root });
  expect(broken.status).toBe(400);
  const short = {
    action: { type: 'setPassword', user: 'ada' },
    state: 'x',
    password: 'seed-x',
    idempotencyKey: next(),
  };
  expect((await send(routes.accessAction(STORE), { method: 'POST', body: short, cookie: root })).status).toBe(400);
}, TIMEOUT_MS);

afterAll(async () => {
  await product?.stop();
  folder?.remove();
  authority.remove();
}, TIMEOUT_MS);

test('the seeds are where they belong: root reads the values', async () => {
  const answer = await send(`${routes.key(STORE)}?key=${encodeURIComponent('/vault/k')}`, { cookie: root });
  expect(found(answer.text)).toEqual(['value']);
});

test('nothing of it is in what console and members wrote', () => {
  expect(product.running.output).toContain('Quorate is ready');
  expect(found(product.running.output)).toEqual([]);
});

test('the members keep values, and neither passwords nor anybody’s cookie', () => {
  const files = readdirSync(product.dataDir, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const seen = new Set<string>();
  for (const file of files) {
    const content = readFileSync(path.join(file.parentPath, file.name));
    for (const [name, secret] of sown) if (content.includes(secret)) seen.add(name);
  }
  expect([...seen].sort()).toEqual(['imported', 'value']);
});

test('nothing of it is in the audit trail as it lies in the store', async () => {
  const client = connect({ endpoints: product.endpoints, credentials: { user: 'root', password: ROOT_PASSWORD } });
  const { kvs } = await client.get({ prefix: '/quorate/audit/' });
  client.close();
  const entries = kvs.map(({ value }) => Buffer.from(value).toString('utf8'));
  expect(entries.join('\n')).toContain('access.enable');
  expect(entries.length).toBeGreaterThan(8);
  expect(found(entries.join('\n'))).toEqual([]);
});

test(
  'the questions are understood, and the answers to root that carry whole values show them',
  async () => {
    const [understood, shown] = [new Set<string>(), new Set<string>()];
    const asked = await questions();
    for (const { template, where } of asked) {
      const { status, text } = await send(where, { cookie: root });
      if (status !== 400) understood.add(template);
      if (found(text).includes('value')) shown.add(template.split('/').at(-1) ?? '');
    }
    const unanswered = new Set(asked.map(({ template }) => template).filter((template) => !understood.has(template)));
    // Nothing was released here that could be named.
    expect([...unanswered]).toEqual([`${API}/stores/{store}/config/release`]);
    expect([...shown].sort()).toEqual(['changes', 'export', 'history', 'key', 'snapshot']);
  },
  TIMEOUT_MS,
);

test(
  'nothing of it is in any answer to another user, or to nobody',
  async () => {
    const asked = await questions();
    expect(asked.length).toBeGreaterThan(80);
    for (const { where } of asked) {
      for (const cookie of ['', ada]) {
        const { text } = await send(where, { cookie });
        expect(found(text), `${where} to ${cookie === '' ? 'nobody' : 'ada'}`).toEqual([]);
      }
    }
  },
  TIMEOUT_MS,
);

test('root is shown values, and neither passwords nor anybody’s cookie', async () => {
  const secrets = [...sown.keys()].filter((name) => name !== 'value' && name !== 'imported');
  for (const where of [routes.audit(STORE), routes.access(STORE), routes.stores, routes.jobs(STORE), routes.health]) {
    expect(found((await send(where, { cookie: root })).text, secrets), where).toEqual([]);
  }
});

test('nothing of it is in pages, or in the scripts that browsers load', async () => {
  for (const page of ['/', '/keys', '/access', '/audit', '/stores', '/cluster']) {
    expect(found((await send(page, { cookie: ada })).text), page).toEqual([]);
  }
  const built = path.join(ROOT, '.next/static');
  const scripts = readdirSync(built, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(5);
  for (const name of scripts) expect(found(readFileSync(path.join(built, name), 'utf8')), name).toEqual([]);
});
