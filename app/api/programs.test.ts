/** Applications on a store with users: configuration, reports and flags over plain HTTP, as users of that store. */
import { OFREPApi, OFREPApiUnauthorizedError } from '@openfeature/ofrep-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EffectiveConfig } from '../../lib/api/config-types.ts';
import { routes } from '../../lib/api/routes.ts';
import type { ApiError } from '../../lib/api/types.ts';
import { connect } from '../../lib/client/index.ts';
import { emptyAssignment, type ReleaseContent } from '../../lib/config/documents.ts';
import type { JsonObject } from '../../lib/config/json.ts';
import { addressOf } from '../../server/console/config/releases.ts';
import { operations } from '../../server/console/http/openapi.ts';
import { trustedHeaders } from '../../server/console/http/request.ts';
import {
  canStartRealConsole,
  type RealConsole,
  startRealConsoleWithUsers,
} from '../../server/console/test-support/real-console.ts';
import { ask, dispatch, ORIGIN } from './test-support/dispatch.ts';

const SHOP = 'https://shop.example';
const PREFIX = '/quorate/config/';
const PLACE = 'settings/shop/prod/web';
const FLAGS = 'flags/shop/prod/web';
const APP = { user: 'app', password: 'app:password' };
const READER = { user: 'reader', password: 'reader-password' };
const STRANGER = { user: 'stranger', password: 'stranger-password' };

let real: RealConsole;
let tokenCount = 0;

const basic = ({ user, password }: { user: string; password: string }): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

interface Call {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly address?: string;
}

async function send<T = ApiError>({ method = 'GET', path, body, headers = {}, address = '10.1.0.1' }: Call) {
  const from = trustedHeaders({ remoteAddress: address });
  const response = await ask(method, path, { body, headers: { ...from, ...headers } });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  if (isStream) await response.body?.cancel();
  const text = isStream ? '' : await response.text();
  return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T, headers: response.headers };
}

async function token(who = APP): Promise<string> {
  const answer = await send<{ token: string }>({ method: 'POST', path: routes.clientToken('main'), body: who });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.token;
}

const config = (headers: Readonly<Record<string, string>>, path = routes.clientConfig('main', PLACE)) =>
  send<EffectiveConfig & ApiError>({ path, headers });

const flagsPath = `${routes.flags('main', FLAGS)}/ofrep/v1/evaluate/flags`;

/** A target with a live release, as the console would have left it. */
async function released(target: string, kind: 'config' | 'flags', content: JsonObject): Promise<void> {
  const client = connect({ endpoints: [real.endpoint], credentials: { user: 'root', password: 'root' } });
  const addressed: ReleaseContent = { target, kind, content, schema: null, locked: [], requires: {} };
  const address = addressOf(addressed);
  const by = { semver: '1.0.0', parent: null, author: 'ada', note: '', createdAt: 1 };
  const document = {
    target,
    kind,
    description: '',
    schema: null,
    locked: [],
    approvals: 0,
    createdAt: 1,
    createdBy: '',
  };
  const assign = { ...emptyAssignment(target), generation: 1, stable: address.releaseId };
  await client.put(`${PREFIX}targets/${target}`, JSON.stringify(document));
  const release = { ...addressed, ...address, ...by };
  await client.put(`${PREFIX}releases/${target}/${address.releaseId}`, JSON.stringify(release));
  await client.put(`${PREFIX}assign/${target}`, JSON.stringify(assign));
  client.close();
}

const report = (layers: readonly JsonObject[], seq = 1) => ({
  ...{ bootId: 'b', seq, clientVersion: '1', appVersion: '1', tags: [], schemaVersions: [], state: 'APPLIED' },
  ...{ layers, running: layers, error: null, health: 'UP', appliedAt: 1, reportedAt: 1, configSha256: '' },
});

describe.skipIf(!canStartRealConsole())('applications on a store with users', () => {
  beforeAll(async () => {
    real = await startRealConsoleWithUsers(
      [
        {
          ...APP,
          may: [
            ['read', PREFIX, '/quorate/config0'],
            ['readwrite', `${PREFIX}instances/${PLACE}/`, `${PREFIX}instances/${PLACE}0`],
            ['readwrite', `${PREFIX}probes/${PLACE}/`, `${PREFIX}probes/${PLACE}0`],
            ['readwrite', `${PREFIX}left/${PLACE}/`, `${PREFIX}left/${PLACE}0`],
          ],
        },
        { ...READER, may: [['read', PREFIX, '/quorate/config0']] },
        { ...STRANGER, may: [['read', '/app/', '/app0']] },
      ],
      { flagOrigins: [SHOP] },
    );
    await released(PLACE, 'config', { port: 80 });
    await released(FLAGS, 'flags', {
      flags: { on: { state: 'ENABLED', variants: { yes: true }, defaultVariant: 'yes' } },
    });
  });
  afterAll(() => real.stop());

  test('user and password of the store open configuration, also where the password holds a colon', async () => {
    const answer = await config({ authorization: basic(APP) });
    expect(answer).toMatchObject({ status: 200, body: { values: { port: 80 } } });
  });

  test('a token opens it too, as Bearer or as API key, until it is taken back', async () => {
    const one = await token();
    expect((await config({ authorization: `Bearer ${one}` })).status).toBe(200);
    expect((await config({ 'x-api-key': one })).status).toBe(200);
    const path = routes.clientToken('main');
    const headers = { authorization: `Bearer ${one}` };
    expect((await send({ method: 'DELETE', path, headers })).status).toBe(204);
    expect((await send({ method: 'DELETE', path, headers })).status).toBe(401);
    expect((await config(headers)).status).toBe(401);
  });

  test('every route for applications refuses nobody, a made-up token, a wrong password and the cookie of a browser', async () => {
    const signedIn = await send({ method: 'POST', path: routes.signIn('main'), body: APP });
    const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const programs = operations.filter(({ isForPrograms }) => isForPrograms === true);
    expect(programs.length).toBe(7);
    for (const { method, path } of programs) {
      const real = path.replace('{store}', 'main').replace(/\{\w+\}/g, '1');
      const tries: Record<string, string>[] = [
        {},
        { authorization: 'Bearer made-up' },
        { authorization: `Basic ${Buffer.from('no colon').toString('base64')}` },
        { authorization: basic({ ...APP, password: 'wrong' }) },
        { cookie },
      ];
      for (const headers of tries) {
        const body = method === 'post' ? { body: {} } : {};
        const address = `10.2.0.${tokenCount++ % 250}`;
        const answer = await send({ method: method.toUpperCase(), path: real, headers, address, ...body });
        expect(answer.status, `${method} ${path} with ${JSON.stringify(headers)}`).toBe(401);
        if (!path.endsWith('client-token')) expect(answer.headers.get('www-authenticate')).toContain('Basic');
      }
    }
  });

  test('the permissions of the user decide: who may only read cannot report, who may read nothing of it gets nothing', async () => {
    const { body } = await config({ authorization: basic(READER) });
    const layers = body.layers.map(({ target, releaseId, generation }) => ({ target, releaseId, generation }));
    const path = routes.clientInstance('main', PLACE, 'one');
    const post = (who: typeof APP) =>
      send({ method: 'POST', path, headers: { authorization: basic(who) }, body: report(layers) });
    expect(await post(READER)).toMatchObject({ status: 403, body: { code: 'PERMISSION_DENIED' } });
    expect((await post(APP)).status).toBe(204);
    expect((await config({ authorization: basic(STRANGER) })).status).toBe(403);
    const elsewhere = routes.clientInstance('main', FLAGS, 'one');
    const headers = { authorization: basic(APP) };
    const foreign = await send({ method: 'POST', path: elsewhere, headers, body: report([]) });
    expect(foreign.status, 'another place than its own').toBe(403);
    const away = await send({ method: 'DELETE', path, headers });
    expect(away.status).toBe(204);
  });

  test('guessing is slowed down as it is at the sign-in, and says for how long', async () => {
    const guess = (password: string) =>
      send({
        path: routes.clientConfig('main', PLACE),
        headers: { authorization: basic({ user: 'reader', password }) },
        address: '10.9.9.9',
      });
    for (let i = 0; i < 5; i++) expect((await guess(`wrong ${i}`)).status).toBe(401);
    // Each failure doubles the wait: where one guess takes longer than the first wait, the next ones do not.
    let late = await guess('wrong again');
    for (let i = 0; i < 8 && late.status === 401; i++) late = await guess(`wrong ${i} again`);
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('the stock OFREP client evaluates with a token, and is told that it needs one', async () => {
    const fetchImplementation: typeof fetch = (input, init) => dispatch(new Request(input, init));
    const baseUrl = `${ORIGIN}${routes.flags('main', FLAGS)}`;
    const headers: [string, string][] = [['Authorization', `Bearer ${await token()}`]];
    const api = new OFREPApi({ baseUrl, headers }, fetchImplementation);
    const { httpStatus, value } = await api.postEvaluateFlag('on', { context: {} });
    expect({ httpStatus, ...value }).toMatchObject({ httpStatus: 200, value: true });
    const anonymous = new OFREPApi({ baseUrl }, fetchImplementation);
    await expect(anonymous.postEvaluateFlag('on', { context: {} })).rejects.toThrow(OFREPApiUnauthorizedError);
  });

  test('the stream of changes, which cannot send headers, opens with the ticket of its address and with nothing else', async () => {
    interface Bulk {
      readonly eventStreams: readonly { readonly endpoint: { readonly requestUri: string } }[];
    }
    const ask = () => send<Bulk>({ method: 'POST', path: flagsPath, headers: { authorization: basic(APP) }, body: {} });
    const uri = (await ask()).body.eventStreams[0]?.endpoint.requestUri ?? '';
    expect(uri).toMatch(/\/events\?ticket=/);
    expect((await ask()).body.eventStreams[0]?.endpoint.requestUri, 'clients need not reconnect').toBe(uri);
    expect((await send({ path: uri })).status).toBe(200);
    expect((await send({ path: uri.split('?')[0] ?? '' })).status).toBe(401);
    expect(
      (await send({ path: uri.replace('flags/shop', 'flags/other') })).status,
      'the user decides, not the place',
    ).toBe(200);
    const ticket = uri.split('?')[1] ?? '';
    expect((await config({}, `${routes.clientConfig('main', PLACE)}?${ticket}`)).status, 'for streams only').toBe(401);
  });

  test('pages of the origins that were named may evaluate flags, and read nothing else', async () => {
    const headers = { origin: SHOP, 'sec-fetch-site': 'cross-site' };
    const asked = await send({ method: 'OPTIONS', path: flagsPath, headers });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(SHOP);
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(asked.headers.get('access-control-allow-credentials'), 'cookies never').toBe(null);
    const allowed = { ...headers, authorization: basic(APP) };
    const answer = await send({ method: 'POST', path: flagsPath, headers: allowed, body: {} });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe(SHOP);
    expect(answer.headers.get('access-control-expose-headers')).toContain('etag');
    expect(answer.headers.get('vary')).toBe('origin');
    const refused = await send({ method: 'POST', path: flagsPath, headers, body: {} });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('access-control-allow-origin'), 'the page is told why').toBe(SHOP);
    const other = await config({ ...allowed });
    expect(other.headers.get('access-control-allow-origin')).toBe(null);
  });

  test('pages of any other origin may not, whoever they say they are', async () => {
    for (const origin of ['https://evil.example', 'https://shop.example.evil', 'http://shop.example', 'null']) {
      const headers = { origin, 'sec-fetch-site': 'cross-site', authorization: basic(APP) };
      expect((await send({ method: 'OPTIONS', path: flagsPath, headers })).status, origin).toBe(403);
      const answer = await send({ method: 'POST', path: flagsPath, headers, body: {} });
      expect(answer.status, origin).toBe(403);
      expect(answer.headers.get('access-control-allow-origin')).toBe(null);
      const path = routes.clientInstance('main', PLACE, 'one');
      expect((await send({ method: 'POST', path, headers, body: report([]) })).status, origin).toBe(403);
    }
  });
});
