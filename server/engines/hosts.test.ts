import { expect, test } from 'vitest';
import { isConfiguredHost } from './hosts.ts';

test('a host that the settings name may be dialled on any port, and no other', () => {
  const configured = ['10.0.0.1:2379', 'Etcd-2.example:2379', '[fd00::1]:2379'];
  for (const address of ['10.0.0.1:2379', '10.0.0.1:12379', 'etcd-2.EXAMPLE:1', '[fd00::1]:9']) {
    expect(isConfiguredHost(address, configured), address).toBe(true);
  }
  for (const address of ['169.254.169.254:80', '10.0.0.10:2379', 'example:2379', '127.0.0.1:2379', '', ':2379']) {
    expect(isConfiguredHost(address, configured), address).toBe(false);
  }
});

test('the names of this machine are one host', () => {
  for (const address of ['localhost:2379', '127.0.0.1:2379', '127.1.2.3:1', '[::1]:2379']) {
    expect(isConfiguredHost(address, ['127.0.0.1:22379']), address).toBe(true);
  }
  expect(isConfiguredHost('127.0.0.1.example:80', ['127.0.0.1:22379'])).toBe(false);
});
