/**
 * Who a member without data is, when a cluster exists already: what its peers say decides, never its own flags alone.
 *
 * A member that had data once must not come back without it under its old id: it may have acknowledged entries and cast votes it no longer
 * knows of, and a majority that counts it could lose what was committed. It comes back as a new member: removed, then added again.
 */
import { type ClusterId, type MemberId, memberId } from '../../../lib/base/brand.ts';
import type { Member } from '../../../lib/base/etcdpb/cluster.ts';
import type { ClusterView } from '../transport/cluster-question.ts';
import type { WalIdentity } from '../wal/payloads.ts';
import { BootError } from './boot.ts';
import type { InitialMember } from './bootstrap.ts';

/** Patience with the peers of a cluster that is being founded: most are not even listening yet (etcd waits as long). */
const FOUNDING_ASK_MS = 1000;
const JOINING_ASK_MS = 5000;

/** Asks one peer; the error is why there is no answer, in words. */
export type AskPeer = (url: string, timeoutMs: number) => Promise<ClusterView | string>;

export interface JoinOptions {
  readonly name: string;
  /** --initial-cluster: every member, this one included. */
  readonly initialCluster: readonly InitialMember[];
  readonly ask: AskPeer;
}

/** The identity of `name` in the cluster its peers belong to (--initial-cluster-state existing). @throws BootError */
export async function joinCluster(options: JoinOptions): Promise<WalIdentity> {
  const views = await askPeers(options, JOINING_ASK_MS);
  let reason: string | undefined;
  for (const view of views) {
    if (typeof view === 'string') continue;
    const found = identityIn(view, options);
    if (typeof found !== 'string') return found;
    reason = found;
  }
  if (reason !== undefined) throw new BootError(reason);
  throw new BootError(
    'cannot fetch cluster info from peer urls: could not retrieve cluster information from the given URLs ' +
      `(${views.join('; ') || '--initial-cluster names no other member'}): start the other members first, or check --initial-cluster`,
  );
}

/** A new cluster is founded with `id`, unless its peers know this member as one that ran before. @throws BootError */
export async function refuseLostMember(options: JoinOptions & { readonly id: MemberId }): Promise<void> {
  for (const view of await askPeers(options, FOUNDING_ASK_MS)) {
    if (typeof view === 'string') continue;
    const known = view.members.find((member) => member.id === options.id);
    if (known !== undefined && known.clientUrls.length > 0) throw alreadyBootstrapped(options.name, known);
  }
}

/** Forcing a new cluster is for a lost majority: while one answers, nothing is lost. @throws BootError */
export async function refuseLivingMajority(options: {
  readonly self: MemberId;
  readonly clusterId: ClusterId;
  readonly members: readonly Member[];
  readonly ask: AskPeer;
}): Promise<void> {
  const { self, clusterId, members, ask } = options;
  const others = members.filter((member) => member.id !== self && !member.isLearner);
  const answers = await Promise.all(others.map(({ peerUrls }) => isAlive(peerUrls, clusterId, ask)));
  const alive = answers.filter(Boolean).length;
  if (others.length === 0 || alive + 1 < Math.floor((others.length + 1) / 2) + 1) return;
  throw new BootError(
    `--force-new-cluster is for a lost majority, and ${alive} of the ${others.length} other members answer: start without it, or stop them ` +
      'for good first',
  );
}

async function isAlive(urls: readonly string[], clusterId: ClusterId, ask: AskPeer): Promise<boolean> {
  const answers = await Promise.all(urls.map((url) => ask(url, FOUNDING_ASK_MS)));
  return answers.some((answer) => typeof answer !== 'string' && answer.clusterId === clusterId);
}

function askPeers({ name, initialCluster, ask }: JoinOptions, timeoutMs: number): Promise<(ClusterView | string)[]> {
  const urls = initialCluster.filter((member) => member.name !== name).flatMap(({ peerUrls }) => peerUrls);
  return Promise.all(
    urls.map(async (url) => {
      const answer = await ask(url, timeoutMs);
      return typeof answer === 'string' ? `${url}: ${answer}` : answer;
    }),
  );
}

/** The error is one line for the operator, beginning with etcd's words. */
function identityIn(view: ClusterView, { name, initialCluster }: JoinOptions): WalIdentity | string {
  const prefix = 'error validating peerURLs';
  const listed = initialCluster.map((member) => `${member.name}=${member.peerUrls.join()}`).join();
  const known = view.members.map((member) => `${member.name || '(not started)'}=${member.peerUrls.join()}`).join();
  const remedy = `the cluster has ${known}, --initial-cluster says ${listed}: give the peer URLs of all members, as "member list" shows them`;
  if (view.members.length !== initialCluster.length) return `${prefix}: member count is unequal: ${remedy}`;
  const matches = initialCluster.map((member) => ({ name: member.name, found: memberAt(view, member.peerUrls) }));
  if (matches.some(({ found }) => found === undefined))
    return `${prefix}: unmatched member while checking PeerURLs: ${remedy}`;
  const self = matches.find((match) => match.name === name)?.found;
  if (self === undefined) return `${prefix}: --initial-cluster does not name ${name}`;
  if (self.clientUrls.length > 0) throw alreadyBootstrapped(name, self);
  return { clusterId: view.clusterId, memberId: memberId(self.id) };
}

const memberAt = (view: ClusterView, peerUrls: readonly string[]): Member | undefined =>
  view.members.find((member) => [...member.peerUrls].sort().join() === [...peerUrls].sort().join());

function alreadyBootstrapped(name: string, known: Member): BootError {
  return new BootError(
    `member ${name} has already been bootstrapped (id ${known.id.toString(16)}) and this data directory does not hold its data: point ` +
      `--data-dir at it; if it is lost, "etcdctl member remove ${known.id.toString(16)}" and "member add", then start with ` +
      '--initial-cluster-state existing',
  );
}
