import { expect, test } from 'vitest';
import { readConfigFile } from './config-file.ts';
import { MemberSettingsError } from './flag-table.ts';

const flagsOf = (text: string) => Object.fromEntries(readConfigFile('m.yml', text));
const refusal = (text: string): string => {
  try {
    return JSON.stringify(flagsOf(text));
  } catch (error) {
    expect(error).toBeInstanceOf(MemberSettingsError);
    return error instanceof Error ? error.message : '';
  }
};

test('a file in the form of etcd’s sample is read', () => {
  const text = `# This is the configuration file for the member.

# Human-readable name for this member.
name: 'default'
data-dir:          # left at its default
snapshot-count: 10000
quota-backend-bytes: 0
listen-client-urls: http://localhost:2379,https://localhost:2379
initial-cluster-token: "etcd-\\u0063luster" # quoted
client-transport-security:
  cert-file: /etc/c.pem
  client-cert-auth: false

  trusted-ca-file:
peer-transport-security:
    cert-file: /etc/p.pem
    allowed-cn: m1
log-outputs: [stderr, 'it''s.log']
cipher-suites: [
]
cors:
- a
- "b"
`;
  expect(flagsOf(text.replace('[\n]', '[]'))).toEqual({
    name: 'default',
    'snapshot-count': '10000',
    'quota-backend-bytes': '0',
    'listen-client-urls': 'http://localhost:2379,https://localhost:2379',
    'initial-cluster-token': 'etcd-cluster',
    'cert-file': '/etc/c.pem',
    'client-cert-auth': 'false',
    'peer-cert-file': '/etc/p.pem',
    'peer-cert-allowed-cn': 'm1',
    'log-outputs': "stderr,it's.log",
    cors: 'a,b',
  });
  expect(refusal(text)).toContain('a list must end on its own line');
});

test('the same in JSON', () => {
  const json = { name: 'x', 'max-txn-ops': 5, 'client-transport-security': { 'auto-tls': true }, cors: ['a', 'b'] };
  expect(flagsOf(JSON.stringify(json))).toEqual({ name: 'x', 'max-txn-ops': '5', 'auto-tls': 'true', cors: 'a,b' });
});

test('what is not read is refused with its line', () => {
  expect(refusal('name: x\nname: y')).toBe('--config-file m.yml, line 2: "name" is given twice');
  expect(refusal('name: &anchor x')).toContain('line 1: "&anchor x" is YAML that is not read here');
  expect(refusal('name x')).toContain('line 1: expected "name: value"');
  expect(refusal('  name: x')).toContain('line 1: expected "name: value"');
  expect(refusal('name: "x')).toContain('line 1: a string in double quotes');
  expect(refusal('name:\n  a: 1')).toContain('"name" holds a value, not a mapping');
  expect(refusal('client-transport-security: x')).toContain('holds a mapping, not a value');
  expect(refusal('client-transport-security:\n  cert: x')).toContain('"cert" is not one of cert-file');
  expect(refusal('client-transport-security:\n  cert-file:\n    a: 1')).toContain('line 3: nothing lies deeper');
  expect(refusal('{"name": ')).toMatch(/^--config-file m.yml: /);
});
