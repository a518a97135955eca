/** What the monitor has seen of each endpoint, and which member stands behind it. Pure. */
import type { Member, MemberStatus } from '../../engines/engine.ts';
import { isConfiguredHost } from '../../engines/hosts.ts';

export interface Observation {
  /** The last answer; null while the endpoint does not answer. */
  readonly status: MemberStatus | null;
  /** Why there is none. */
  readonly error: string | null;
  readonly lastSeenAt: number | null;
  /** Since when it has not answered; null while it does. */
  readonly downSince: number | null;
  /** Since when it has answered that it knows no leader; null while it knows one, or is down. */
  readonly leaderlessSince: number | null;
  /** Who answered here last, also while it is down. */
  readonly memberId: bigint | null;
}

export const NOT_ASKED: Observation = {
  status: null,
  error: null,
  lastSeenAt: null,
  downSince: null,
  leaderlessSince: null,
  memberId: null,
};

/** "http://10.0.0.1:2379" → "10.0.0.1:2379". */
export const addressOf = (url: string): string => url.replace(/^[a-z]+:\/\//, '').replace(/\/.*$/, '');

/** The endpoint to ask for a member: the one that answered as it, else one it advertises on a host that the settings name. */
export function endpointOf(
  member: Member,
  observations: ReadonlyMap<string, Observation>,
  configured: readonly string[],
): string | null {
  for (const address of configured) if (observations.get(address)?.memberId === member.id) return address;
  const advertised = member.clientUrls.map(addressOf);
  const mayBeAsked = advertised.filter((address) => isConfiguredHost(address, configured));
  return mayBeAsked.find((address) => configured.includes(address)) ?? mayBeAsked[0] ?? null;
}

/** Everything to ask: what the settings name, and members they do not on the same hosts. */
export function endpointsToAsk(
  members: readonly Member[],
  observations: ReadonlyMap<string, Observation>,
  configured: readonly string[],
): string[] {
  const all = new Set(configured);
  for (const member of members) {
    const address = endpointOf(member, observations, configured);
    if (address !== null) all.add(address);
  }
  return [...all];
}
