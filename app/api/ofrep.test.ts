/** Flags over OFREP, asked by the stock clients: ofrep-core, and the OpenFeature web SDK with its OFREP provider. */
import { OFREPApi } from '@openfeature/ofrep-core';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature, type Provider } from '@openfeature/web-sdk';
import { expect, test } from 'vitest';
import { routes } from '../../lib/api/routes.ts';
import type { JsonObject } from '../../lib/config/json.ts';
import { detail, live, newTarget, next, planOf, point, publish, roll, STORE } from './test-support/config-client.ts';
import { dispatch, ORIGIN } from './test-support/dispatch.ts';
import { describeOnRealConsole } from './test-support/on-real-console.ts';

/** What the clients believe is the network. */
const fetchImplementation: typeof fetch = (input, init) => dispatch(new Request(input, init));

const FLAGS: JsonObject = {
  $evaluators: { staff: { ends_with: [{ var: 'email' }, '@shop.example'] } },
  metadata: { team: 'checkout' },
  flags: {
    checkout: {
      state: 'ENABLED',
      variants: { on: true, off: false },
      defaultVariant: 'off',
      targeting: { if: [{ $ref: 'staff' }, 'on', null] },
    },
    half: {
      state: 'ENABLED',
      variants: { lower: 'low', upper: 'high' },
      defaultVariant: 'lower',
      targeting: { fractional: [{ var: 'targetingKey' }, ['lower', 50], ['upper', 50]] },
    },
    limit: { state: 'ENABLED', variants: { small: 5 }, defaultVariant: 'small' },
    shape: { state: 'ENABLED', variants: { round: { r: 1 } }, defaultVariant: 'round' },
    off: { state: 'DISABLED', variants: { on: true }, defaultVariant: 'on' },
    own: { state: 'ENABLED', variants: { on: true }, defaultVariant: null },
    'sp ace/x': { state: 'ENABLED', variants: { on: true }, defaultVariant: 'on' },
    keyless: {
      state: 'ENABLED',
      variants: { a: 1, b: 2 },
      defaultVariant: 'a',
      targeting: { fractional: [['a'], ['b']] },
    },
  },
};

async function flagSet(): Promise<string> {
  const target = await newTarget({ target: `flags-${next()}/shop/prod/web`, kind: 'flags' });
  await live(target, FLAGS);
  return target;
}

const baseOf = (target: string): string => `${ORIGIN}${routes.flags(STORE, target)}`;
const apiOf = (target: string, headers: Record<string, string> = {}): OFREPApi =>
  new OFREPApi({ baseUrl: baseOf(target), headers: Object.entries(headers) }, fetchImplementation);

describeOnRealConsole('OFREP', () => {
  test('single flags come out as the protocol says, for values, defaults and errors', async () => {
    const api = apiOf(await flagSet());
    const one = async (key: string, context: Record<string, string> = {}) => {
      const { httpStatus, value } = await api.postEvaluateFlag(key, { context });
      return { httpStatus, ...value };
    };
    expect(await one('checkout', { email: 'ada@shop.example' })).toMatchObject({
      httpStatus: 200,
      value: true,
      variant: 'on',
      reason: 'TARGETING_MATCH',
    });
    expect(await one('checkout', { email: 'eve@elsewhere.example' })).toMatchObject({
      value: false,
      reason: 'DEFAULT',
    });
    expect(await one('limit')).toMatchObject({
      value: 5,
      reason: 'STATIC',
      metadata: { team: 'checkout', version: '1.0.0', cohort: 'stable' },
    });
    expect(await one('shape')).toMatchObject({ value: { r: 1 } });
    expect(await one('off')).toMatchObject({ httpStatus: 200, reason: 'DISABLED' });
    expect(await one('off')).not.toHaveProperty('value');
    expect(await one('own')).not.toHaveProperty('value');
    expect(await one('sp ace/x'), 'keys are percent-encoded').toMatchObject({ value: true });
    expect(await one('none')).toMatchObject({ httpStatus: 404, errorCode: 'FLAG_NOT_FOUND' });
    expect(await one('keyless')).toMatchObject({ httpStatus: 400, errorCode: 'TARGETING_KEY_MISSING' });
    // flagd's published edge keys
    for (const [targetingKey, variant] of [
      ['ejOoVL', 'lower'],
      ['bY9fO-', 'lower'],
      ['SI7p-', 'lower'],
      ['6LvT0', 'upper'],
      ['ceQdGm', 'upper'],
    ] as const) {
      expect(await one('half', { targetingKey })).toMatchObject({ variant, reason: 'SPLIT' });
    }
  });

  test('all flags come with an ETag of version and context, and 304 while both stay', async () => {
    const target = await flagSet();
    const api = apiOf(target);
    const context = { targetingKey: 'user-1' };
    const first = await api.postBulkEvaluateFlags({ context });
    expect(first.httpStatus).toBe(200);
    const etag = first.httpResponse?.headers.get('etag') ?? '';
    const body = first.value as { flags: { key: string }[]; eventStreams: unknown };
    expect(body.flags.map(({ key }) => key)).toEqual(Object.keys(FLAGS.flags as JsonObject));
    expect(body.eventStreams).toMatchObject([
      { type: 'sse', endpoint: { requestUri: `${routes.flags(STORE, target)}/events` } },
    ]);
    expect((await api.postBulkEvaluateFlags({ context }, etag)).httpStatus).toBe(304);
    expect((await api.postBulkEvaluateFlags({ context: { targetingKey: 'user-2' } }, etag)).httpStatus).toBe(200);
    const { body: release } = await publish(target, { flags: {} });
    await point(target, release.releaseId);
    expect((await api.postBulkEvaluateFlags({ context }, etag)).httpStatus).toBe(200);
  });

  test('bad requests are told in the protocol’s own shape', async () => {
    const path = `${baseOf(await flagSet())}/ofrep/v1/evaluate/flags/limit`;
    const post = async (body: string) => {
      const response = await dispatch(
        new Request(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
      );
      return { status: response.status, body: await response.json() };
    };
    expect(await post('{')).toMatchObject({ status: 400, body: { key: 'limit', errorCode: 'PARSE_ERROR' } });
    expect(await post('{"context":5}')).toMatchObject({
      status: 400,
      body: { key: 'limit', errorCode: 'INVALID_CONTEXT' },
    });
    expect(await post(''), 'no context is an empty one').toMatchObject({ status: 200, body: { value: 5 } });
    expect(await post(JSON.stringify({ context: { x: 'y'.repeat(300_000) } }))).toMatchObject({
      status: 413,
      body: { key: 'limit', errorCode: 'PARSE_ERROR' },
    });
  });

  test('flags are rolled out like any configuration: canaries evaluate the candidate', async () => {
    const target = await flagSet();
    const { body: release, status } = await publish(target, {
      ...FLAGS,
      flags: { limit: { state: 'ENABLED', variants: { small: 7 }, defaultVariant: 'small' } },
    });
    expect(status).toBe(200);
    expect((await roll(target, release.releaseId, planOf([10, 100]))).status).toBe(200);
    const limit = async (instance: string) =>
      (await apiOf(target, { 'quorate-instance': instance }).postEvaluateFlag('limit')).value;
    expect(await limit('instance-4')).toMatchObject({ value: 7, metadata: { cohort: 'candidate' } });
    expect(await limit('instance-0')).toMatchObject({ value: 5, metadata: { cohort: 'stable' } });
  });

  test('a flag set that makes no sense is refused with the place', async () => {
    const target = await flagSet();
    expect(await publish(target, { flags: { a: { state: 'ON', variants: {} } } })).toMatchObject({
      status: 400,
      body: { detail: { path: '/flags/a/state' } },
    });
    expect((await detail(target)).assignment.generation).toBe(1);
  });

  test('changes are announced as server-sent events with the revision as id', async () => {
    const target = await flagSet();
    const ending = new AbortController();
    const response = await dispatch(new Request(`${baseOf(target)}/events`, { signal: ending.signal }));
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    const first = decoder.decode((await reader?.read())?.value);
    expect(first).toMatch(/^: flags [0-9a-f]{16}\n\n$/);
    const { body: release } = await publish(target, { flags: {} });
    await point(target, release.releaseId);
    const event = decoder.decode((await reader?.read())?.value);
    expect(event).toMatch(
      /^id: \d+\nevent: message\ndata: \{"type":"refetchEvaluation","etag":"\\"[0-9a-f]{16}\\"","lastModified":\d+\}\n\n$/,
    );
    const before = Number(/id: (\d+)/.exec(event)?.[1]) - 1;
    const again = async (lastEventId: number): Promise<string> => {
      const headers = { 'last-event-id': String(lastEventId) };
      const back = await dispatch(new Request(`${baseOf(target)}/events`, { headers, signal: ending.signal }));
      const reading = back.body?.getReader();
      const opening = decoder.decode((await reading?.read())?.value);
      return lastEventId > before ? opening : decoder.decode((await reading?.read())?.value);
    };
    expect(await again(before), 'whoever comes back is told what it missed').toContain('refetchEvaluation');
    expect(await again(before + 1), 'and nothing that it knows').toMatch(/^: flags/);
    ending.abort();
  });

  test('the stock OpenFeature SDK evaluates against it', async () => {
    const target = await flagSet();
    const provider = new OFREPWebProvider({
      baseUrl: baseOf(target),
      fetchImplementation,
      pollInterval: 0,
      changeDetection: 'none',
      cacheMode: 'disabled',
    });
    await OpenFeature.setContext({ targetingKey: 'ceQdGm', email: 'ada@shop.example' });
    // Its `hooks` may be undefined, which our stricter compiler does not take for absent.
    await OpenFeature.setProviderAndWait(provider as Provider);
    const client = OpenFeature.getClient();
    expect(client.getBooleanValue('checkout', false)).toBe(true);
    expect(client.getStringDetails('half', 'none')).toMatchObject({ value: 'high', variant: 'upper' });
    expect(client.getNumberValue('limit', 0)).toBe(5);
    expect(client.getObjectValue('shape', {})).toEqual({ r: 1 });
    expect(client.getBooleanValue('own', true), 'the application’s own default').toBe(true);
    expect(client.getBooleanDetails('missing', true)).toMatchObject({ value: true, errorCode: 'FLAG_NOT_FOUND' });
    await OpenFeature.close();
  });
});
