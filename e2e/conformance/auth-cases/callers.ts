/** Who calls in the cases about users, and their answers in short. */
import { PermissionType } from '../../../lib/base/etcdpb/auth.ts';
import type { Outcome } from '../../../server/store/rpc/test-support/grpc-client.ts';
import { type Probe, utf8 } from '../harness/probe.ts';

export const { READ, WRITE, READWRITE } = PermissionType;
export const perm = (permType: number, key: string, rangeEnd = '') => ({
  permType,
  key: utf8(key),
  rangeEnd: utf8(rangeEnd),
});

/** The releases of March 2026, which refuse more to users and to nobody. */
export const SECURITY_RELEASES = ['3.4.42', '3.5.28', '3.6.9'];

export const PASSWORDS: Readonly<Record<string, string>> = { root: 'r', alice: 'a', bob: 'b', carol: 'c' };

export type Metadata = { readonly metadata: Readonly<Record<string, string>> };

/** Calls in the name of a user; nobody's carry no token. */
export async function as(p: Probe, name: string): Promise<Metadata> {
  const { token } = await p.must('authenticate', { name, password: PASSWORDS[name] ?? '' });
  return { metadata: { token } };
}
export const NOBODY: Metadata = { metadata: {} };

/** "ok", or code and text of the refusal. */
export async function brief(outcome: Promise<Outcome<object>>): Promise<string> {
  const settled = await outcome;
  return settled.ok ? 'ok' : `${settled.code} ${settled.message}`;
}

export const REFUSED = '3 etcdserver: authentication failed, invalid user ID or password';
export const DENIED = '7 etcdserver: permission denied';
export const NOBODY_NAMED = '3 etcdserver: user name is empty';

/** What a watch on this range is answered first. */
export async function firstOfWatch(p: Probe, who: Metadata, range: { key: Uint8Array; rangeEnd?: Uint8Array }) {
  const watch = p.watch(who.metadata);
  watch.send({ createRequest: range });
  const answer = await watch.next();
  watch.cancel();
  return answer;
}

export async function keepAlive(p: Probe, who: Metadata, id: bigint) {
  const stream = p.keepAlive(who.metadata);
  stream.send({ id });
  const answer = await stream.next();
  stream.cancel();
  return answer;
}

export const NO_STATUS = '12 unknown method AuthStatus for service etcdserverpb.Auth';

export async function statusOf(p: Probe): Promise<string> {
  const outcome = await p.call('authStatus', {});
  if (!outcome.ok) return `${outcome.code} ${outcome.message}`;
  return outcome.value.enabled ? 'on' : 'off';
}
