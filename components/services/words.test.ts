import { expect, test } from 'vitest';
import type { InstanceView, ServiceView } from '../../lib/api/coordination-types.ts';
import { conditionOf, discoveryCode, healthText, registrationCode, stateText, summary, versionsText } from './words.ts';

const instance = (more: Partial<InstanceView> = {}): InstanceView => ({
  key: 'services/web/a',
  lease: 'cafe01',
  address: '10.0.0.1:80',
  id: null,
  version: '1.0.0',
  health: null,
  since: 1,
  writtenAt: 1,
  modRevision: '2',
  value: null,
  flaps: 0,
  ...more,
});
const service = (instances: readonly InstanceView[], gone = 0): ServiceView => ({
  name: 'services/web',
  confidence: 'likely',
  reason: '',
  instances,
  instanceCount: instances.length,
  gone: Array.from({ length: gone }, (_, at) => ({ key: `k${at}`, address: 'a', at: 5, revision: '9' })),
});

test('a service is as well as its worst instance, and down when nobody is there', () => {
  expect(conditionOf(service([instance()]))).toBe('up');
  expect(conditionOf(service([instance(), instance({ flaps: 2 })]))).toBe('flapping');
  expect(conditionOf(service([instance({ flaps: 2 }), instance({ health: 'failing' })]))).toBe('failing');
  expect(conditionOf(service([], 1))).toBe('down');
  expect(stateText(service([], 2))).toBe('nobody is there, 2 instances went lately');
  expect(stateText(service([instance(), instance({ health: 'failing' })], 1))).toBe(
    '2 instances, 1 failing, 1 gone lately',
  );
  expect(stateText(service([instance(), instance({ flaps: 2 })]))).toBe('2 instances, 1 comes and goes');
  expect(summary([service([instance()]), service([], 1)])).toBe('2 services, 1 instance, 1 with nobody there');
});

test('versions tell a rollout that stopped half-way', () => {
  expect(versionsText(service([instance(), instance()]))).toBe('1.0.0');
  expect(versionsText(service([instance(), instance({ version: '1.1.0' }), instance()]))).toBe('1 × 1.1.0, 2 × 1.0.0');
  expect(versionsText(service([instance({ version: null })]))).toBe('');
});

test('without a check, health is not claimed', () => {
  expect(healthText(instance())).toBe('by its lease');
  expect(healthText(instance({ health: 'failing' }))).toBe('check fails');
});

test('the discovery call names prefix, service and endpoints', () => {
  const code = discoveryCode('services/web', ['http://127.0.0.1:2379']);
  expect(code).toContain("serviceRegistry(client, 'services').discover('web')");
  expect(code).toContain("endpoints: ['127.0.0.1:2379']");
});

test('an instance with a check is registered by a call that can be copied', () => {
  const code = registrationCode('services/web', ['http://127.0.0.1:2379']);
  expect(code).toContain("serviceRegistry(client, 'services').register(session");
  expect(code).toContain("service: 'web'");
  expect(code).toContain("check: { kind: 'http'");
});
