/** Cluster, Maintenance and Health over raw gRPC, ours beside the real etcd (§10, §11). */
import { type Case, differential } from './harness/differential.ts';
import { utf8 } from './harness/probe.ts';

const cases: readonly Case[] = [
  {
    name: 'member list has a header without a revision',
    run: async (p) => {
      const { header, members } = await p.must('memberList', {});
      const member = members[0];
      return {
        header,
        count: members.length,
        name: member?.name,
        isLearner: member?.isLearner,
        urls: [member?.peerUrls.length, member?.clientUrls.length],
        isSelf: member?.id === header?.memberId,
      };
    },
  },
  {
    name: 'a linearizable member list',
    run: async (p) => (await p.must('memberList', { linearizable: true })).header,
  },
  {
    name: 'peer URLs that are none cannot be added',
    run: async (p) => {
      const urls = [[], ['127.0.0.1:1'], ['ftp://127.0.0.1:1'], ['http://127.0.0.1'], ['http://127.0.0.1:1/path']];
      return Promise.all(urls.map((peerUrls) => p.call('memberAdd', { peerUrls })));
    },
  },
  {
    name: 'a peer URL that a member has cannot be added, as voter or learner',
    run: async (p) => {
      const [self] = (await p.must('memberList', {})).members;
      const peerUrls = self?.peerUrls ?? [];
      return [await p.call('memberAdd', { peerUrls }), await p.call('memberAdd', { peerUrls, isLearner: true })];
    },
  },
  {
    name: 'nobody there can be removed, updated or promoted',
    run: async (p) => [
      await p.call('memberRemove', { id: 4711n }),
      await p.call('memberUpdate', { id: 4711n, peerUrls: ['http://127.0.0.1:4711'] }),
      await p.call('memberPromote', { id: 4711n }),
    ],
  },
  {
    name: 'the last member cannot be removed, and a voter not be promoted',
    run: async (p) => {
      const id = (await p.must('status', {})).header?.memberId ?? 0n;
      return [await p.call('memberRemove', { id }), await p.call('memberPromote', { id })];
    },
  },
  {
    name: 'a learner is added without a name, one at a time, is not promoted before it is in sync, and is removed for good',
    run: async (p) => {
      const added = await p.must('memberAdd', { peerUrls: ['http://127.0.0.1:4712'], isLearner: true });
      const id = added.member?.id ?? 0n;
      const shape = (members: readonly { name: string; peerUrls: readonly string[]; isLearner: boolean }[]) =>
        members
          .map((member) => `${member.name} ${member.isLearner} ${member.name === '' ? member.peerUrls.join() : ''}`)
          .sort();
      const refused = [
        await p.call('memberAdd', { peerUrls: ['http://127.0.0.1:4713'], isLearner: true }),
        await p.call('memberPromote', { id }),
        await p.call('moveLeader', { targetId: id }),
      ];
      const moved = await p.must('memberUpdate', { id, peerUrls: ['http://127.0.0.1:4714'] });
      const removed = await p.must('memberRemove', { id });
      const after = [await p.call('memberRemove', { id }), await p.call('memberPromote', { id })];
      return {
        added: {
          header: added.header,
          name: added.member?.name,
          urls: added.member?.peerUrls,
          all: shape(added.members),
        },
        refused,
        // Up to 3.4 a learner that moves is listed as a voter from then on; since 3.6 it stays one, as here.
        moved: { header: moved.header, urls: moved.members.find((member) => member.id === id)?.peerUrls },
        removed: { header: removed.header, all: shape(removed.members) },
        after,
      };
    },
  },
  {
    name: 'status says who leads and how far the log is',
    run: async (p) => {
      await p.put('status', 'v');
      const status = await p.must('status', {});
      return {
        header: status.header,
        leadsItself: status.leader === status.header?.memberId,
        isApplied: status.raftAppliedIndex <= status.raftIndex && status.raftAppliedIndex > 0,
        term: status.raftTerm === status.header?.raftTerm,
        errors: status.errors,
        isLearner: status.isLearner,
        hasSize: status.dbSize > 0 && status.dbSizeInUse > 0 && status.dbSizeInUse <= status.dbSize,
      };
    },
  },
  {
    name: 'no alarm is raised on a fresh store',
    run: async (p) => (await p.must('alarm', {})).alarms,
  },
  {
    name: 'an alarm is raised, listed, blocks growth, and is taken back',
    run: async (p) => {
      await p.put('alarm/old', 'x');
      const memberId = (await p.must('status', {})).header?.memberId ?? 0n;
      const raised = await p.must('alarm', { action: 1, memberId, alarm: 1 });
      const listed = await p.must('alarm', {});
      const key = utf8('alarm/new');
      const refused = [
        await p.call('put', { key, value: utf8('v') }),
        await p.call('txn', { success: [{ requestPut: { key } }] }),
        await p.call('txn', { failure: [{ requestPut: { key } }] }),
        await p.call('leaseGrant', { id: 501n, ttl: 60 }),
      ];
      const allowed = [
        await p.call('range', { key: utf8('alarm/old') }),
        await p.call('txn', { success: [{ requestDeleteRange: { key } }] }),
        await p.call('deleteRange', { key: utf8('alarm/old') }),
      ];
      const { errors } = await p.must('status', {});
      const taken = await p.must('alarm', { action: 2, memberId, alarm: 1 });
      const after = [await p.must('alarm', {}), await p.call('put', { key, value: utf8('v') })];
      const names = [raised, listed, taken].map(({ alarms }) => alarms);
      return { names, refused, allowed, errors: errors.map((text) => text.replace(/\d+/, 'N')), after: after[1] };
    },
  },
  {
    name: 'the hash of a history is etcd’s own, a never compacted store says so, and a future revision is refused',
    run: async (p) => {
      const { hashRevision: _, ...rest } = await p.must('hashKv', {});
      return [rest, await p.call('hashKv', { revision: (await p.revision()) + 10 })];
    },
  },
  {
    name: 'the hash after a compaction is etcd’s own, and one below the compact revision is refused',
    run: async (p) => {
      await p.put('hash', '1');
      await p.put('hash', '2');
      const revision = await p.revision();
      await p.must('compact', { revision });
      const { hashRevision: _, ...rest } = await p.must('hashKv', {});
      return [rest, await p.call('hashKv', { revision: revision - 1 })];
    },
  },
  {
    name: 'moving the leader to nobody is refused',
    run: (p) => p.call('moveLeader', { targetId: 12345n }),
  },
  { name: 'defragment answers without a header', run: (p) => p.call('defragment', {}) },
  {
    name: 'health serves the server as a whole',
    run: async (p) => [await p.health(''), await p.health('nobody')],
  },
  {
    name: 'hasleader is satisfied while there is a leader',
    run: async (p) => [
      await p.call('range', { key: utf8('h') }, { metadata: { hasleader: 'true' } }),
      await p.call('put', { key: utf8('h'), value: utf8('v') }, { metadata: { hasleader: 'true' } }),
    ],
  },
];

differential('Cluster, Maintenance and Health beside the real etcd', cases);
