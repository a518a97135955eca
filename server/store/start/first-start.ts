/**
 * From settings to who a member is, where its data does not say it: founding a cluster, from nothing or from a snapshot; joining one;
 * going on alone when the others are lost. Everything that main.ts does once in the life of a data directory.
 */
import path from 'node:path';
import { DamagedFileError } from '../../../lib/base/bbolt/page.ts';
import type { ClusterId, MemberId } from '../../../lib/base/brand.ts';
import { toHex } from '../../../lib/base/bytes.ts';
import { openStateMachine } from '../apply/state-machine.ts';
import type { StateMachine } from '../apply/types.ts';
import { checkFirstStart, type MemberSettings, type SnapshotSettings } from '../config/member-settings.ts';
import { leaseTtlMin } from '../lease/lease-store.ts';
import type { RaftStart } from '../member/boot.ts';
import { type InitialCluster, identifyCluster } from '../member/bootstrap.ts';
import { forceNewCluster } from '../member/force-new-cluster.ts';
import { type AskPeer, joinCluster, refuseLivingMajority, refuseLostMember } from '../member/joining.ts';
import { restoreContent } from '../member/snapshot-restore.ts';
import type { Disk } from '../ports/disk.ts';
import type { Log } from '../ports/log.ts';
import type { SnapshotMetadata } from '../raft/types.ts';
import { openSnapshotFile, type SnapshotContent } from '../snapshot-file/content.ts';
import { ReadOnlyFile } from '../snapshot-file/read-only-file.ts';
import type { WalIdentity } from '../wal/payloads.ts';
import type { Wal } from '../wal/wal.ts';

/** This member cannot start. `message` is the line to print. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

interface FirstStart {
  readonly disk: Disk;
  readonly log: Log;
  readonly ask: AskPeer;
}

/** What the first log of a member is made of (boot.ts, openLog). */
export interface Identified {
  readonly identity: WalIdentity;
  readonly cluster: InitialCluster | undefined;
  readonly restored?: SnapshotMetadata | undefined;
}

/** Who this member without data is: one of a cluster that exists, or a founder of a new one. @throws BootError, StartError */
export async function firstStart(settings: MemberSettings, { disk, log, ask }: FirstStart): Promise<Identified> {
  checkFirstStart(settings);
  const { name, initialCluster, initialClusterState } = settings;
  if (initialClusterState === 'existing') {
    const identity = await joinCluster({ name, initialCluster, ask });
    log('info', 'joining a cluster', { id: identity.memberId, cluster: identity.clusterId });
    return { identity, cluster: undefined };
  }
  const content = settings.fromSnapshot === undefined ? undefined : readSnapshot(settings.fromSnapshot);
  const founded = foundCluster(settings, content);
  await refuseLostMember({ name, initialCluster, ask, id: founded.identity.memberId });
  return content === undefined ? founded : restored(settings, { ...founded, content, disk, log });
}

/** Founds a cluster from --from-snapshot without asking anyone: the restore command. @throws StartError, SnapshotRefusedError */
export function restoreSnapshot(
  settings: MemberSettings,
  snapshot: SnapshotSettings,
  { disk, log }: Omit<FirstStart, 'ask'>,
) {
  checkFirstStart(settings);
  const content = readSnapshot(snapshot);
  return restored(settings, { ...foundCluster(settings, content), content, disk, log });
}

function foundCluster(settings: MemberSettings, content: SnapshotContent | undefined) {
  const { name, initialCluster } = settings;
  const cluster = identifyCluster(initialCluster, clusterToken(settings, content));
  const self = cluster.members.find((member) => member.name === name);
  if (self === undefined) throw new StartError(`--initial-cluster does not name ${name}`);
  return { identity: { memberId: self.id, clusterId: cluster.clusterId }, cluster };
}

interface Restoring {
  readonly identity: WalIdentity;
  readonly cluster: InitialCluster;
  readonly content: SnapshotContent;
  readonly disk: Disk;
  readonly log: Log;
}

/** The state comes from the snapshot before there is a log, so that a crash leaves no log without it. */
function restored(settings: MemberSettings, { identity, cluster, content, disk, log }: Restoring): Identified {
  const machine = openMachine(settings, disk, { ...identity, durableAtLeast: 0 });
  const dropAuth = settings.fromSnapshot?.dropAuth === true;
  const metadata = restoreContent({ content, machine, cluster, dropAuth });
  machine.close();
  log('info', 'restored a snapshot', { file: settings.fromSnapshot?.path, ...content.summary, dropAuth });
  return { identity, cluster, restored: metadata };
}

interface LastMember {
  readonly self: MemberId;
  readonly start: RaftStart;
  readonly machine: StateMachine;
  readonly wal: Wal;
  readonly log: Log;
  readonly ask: AskPeer;
}

/** --force-new-cluster. Refused while a majority answers: the flag may have stayed in a unit file. */
export async function goOnAlone({ self, start, machine, wal, log, ask }: LastMember): Promise<RaftStart> {
  await refuseLivingMajority({ self, clusterId: machine.clusterId(), members: machine.members(), ask });
  const forced = forceNewCluster({ self, start, machine });
  if (forced.appended.length === 0) return forced.start;
  wal.append({ entries: forced.appended, hardState: forced.start.hardState, snapshot: undefined });
  await new Promise<void>((resolve, reject) => wal.flush((error) => (error === undefined ? resolve() : reject(error))));
  log('warn', 'forced a new cluster: this member goes on alone, all others are removed', { id: self });
  return forced.start;
}

/** Members that start from different snapshots, or one that starts without, must not take each other for one cluster. */
function clusterToken({ initialClusterToken }: MemberSettings, content: SnapshotContent | undefined): string {
  return content === undefined ? initialClusterToken : `${initialClusterToken}/${toHex(content.hash)}`;
}

function readSnapshot({ path: file, skipHashCheck }: SnapshotSettings): SnapshotContent {
  try {
    return openSnapshotFile(new ReadOnlyFile(file), { skipHashCheck });
  } catch (error) {
    if (error instanceof DamagedFileError) throw new StartError(`--from-snapshot ${file}: ${error.message}`);
    throw error;
  }
}

export function openMachine(
  { dataDir, electionTimeoutMs }: MemberSettings,
  disk: Disk,
  expected: { readonly clusterId: ClusterId; readonly durableAtLeast: number },
): StateMachine {
  const { clusterId, durableAtLeast } = expected;
  const dir = path.join(dataDir, 'member/data');
  return openStateMachine({
    ...{ disk, dir, clusterId, durableAtLeast },
    leaseTtlMin: leaseTtlMin(electionTimeoutMs),
  });
}
