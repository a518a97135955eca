/** A store that is full, one that is corrupt, and one that is too large for a request (§4, §10). */
import { type Case, differential } from './harness/differential.ts';
import { type Probe, utf8 } from './harness/probe.ts';

const NOSPACE = 1;
const CORRUPT = 2;
const [ACTIVATE, DEACTIVATE] = [1, 2];
const key = utf8('alarms/key');

const brief = async (outcome: ReturnType<Probe['call']>): Promise<string> => {
  const settled = await outcome;
  return settled.ok ? 'ok' : `${settled.code} ${settled.message}`;
};

/** Every kind of request once, and what became of it. */
async function everyRequest(p: Probe): Promise<Record<string, string>> {
  const put = { requestPut: { key, value: utf8('v') } };
  const keepAlive = p.keepAlive();
  keepAlive.send({ id: 41n });
  const kept = await keepAlive.next();
  keepAlive.cancel();
  return {
    put: await brief(p.call('put', { key, value: utf8('v') })),
    'put of nothing new': await brief(p.call('put', { key, ignoreValue: true })),
    range: await brief(p.call('range', { key })),
    'serializable range': await brief(p.call('range', { key, serializable: true })),
    'txn that puts': await brief(p.call('txn', { success: [put] })),
    'txn that would put': await brief(p.call('txn', { failure: [put] })),
    'txn that deletes': await brief(p.call('txn', { success: [{ requestDeleteRange: { key: utf8('none') } }] })),
    'txn that reads': await brief(p.call('txn', { success: [{ requestRange: { key } }] })),
    delete: await brief(p.call('deleteRange', { key: utf8('none') })),
    'lease grant': await brief(p.call('leaseGrant', { id: 43n, ttl: 60 })),
    'lease revoke': await brief(p.call('leaseRevoke', { id: 42n })),
    'lease keep-alive': 'ttl' in kept ? `ttl ${kept.ttl}` : `${kept.code} ${kept.message}`,
    'time to live': await brief(p.call('timeToLive', { id: 41n })),
    compact: await brief(p.call('compact', { revision: await p.base })),
    'role add': await brief(p.call('roleAdd', { name: 'alarmed' })),
    'role delete': await brief(p.call('roleDelete', { role: 'alarmed' })),
    'member list': await brief(p.call('memberList', {})),
    defragment: await brief(p.call('defragment', {})),
    hash: await brief(p.call('hashKv', {})),
  };
}

/** Raises the alarm, looks, and takes it back. */
async function under(p: Probe, alarm: number): Promise<unknown> {
  await p.must('leaseGrant', { id: 41n, ttl: 600 });
  await p.must('leaseGrant', { id: 42n, ttl: 600 });
  await p.put('alarms/key', 'v');
  const memberId = (await p.must('status', {})).header?.memberId ?? 0n;
  await p.must('alarm', { action: ACTIVATE, memberId, alarm });
  const during = await everyRequest(p);
  const listed = (await p.must('alarm', {})).alarms;
  const ofKind = (await p.must('alarm', { alarm })).alarms;
  const ofAnother = (await p.must('alarm', { alarm: alarm === NOSPACE ? CORRUPT : NOSPACE })).alarms;
  const { errors } = await p.must('status', {});
  const again = (await p.must('alarm', { action: ACTIVATE, memberId, alarm })).alarms;
  const taken = (await p.must('alarm', { action: DEACTIVATE, memberId, alarm })).alarms;
  const takenAgain = (await p.must('alarm', { action: DEACTIVATE, memberId, alarm })).alarms;
  const after = [await brief(p.call('put', { key, value: utf8('v') })), (await p.must('alarm', {})).alarms];
  await p.must('leaseRevoke', { id: 41n });
  await p.call('leaseRevoke', { id: 42n });
  return {
    during,
    listed,
    ofKind,
    ofAnother,
    errors: errors.map((text) => text.replace(/\d+/, 'N')),
    again,
    taken,
    takenAgain,
    after,
  };
}

const alarms: readonly Case[] = [
  {
    name: 'under NOSPACE: what is refused, what is allowed, how it is listed and taken back',
    run: (p) => under(p, NOSPACE),
  },
  {
    name: 'under NOSPACE a nested put is a put',
    run: async (p) => {
      const memberId = (await p.must('status', {})).header?.memberId ?? 0n;
      await p.must('alarm', { action: ACTIVATE, memberId, alarm: NOSPACE });
      const put = { requestPut: { key, value: utf8('v') } };
      const outcome = await brief(p.call('txn', { success: [{ requestTxn: { success: [put] } }] }));
      await p.must('alarm', { action: DEACTIVATE, memberId, alarm: NOSPACE });
      return outcome;
    },
    differs: {
      reason: 'up to 3.5 only the outer operations are looked at',
      until: ['3.6.0'],
      ours: '8 etcdserver: mvcc: database space exceeded',
      etcd: 'ok',
    },
  },
  {
    name: 'under CORRUPT: everything that is applied is refused, until it is taken back',
    run: (p) => under(p, CORRUPT),
  },
];

/** Writes until it is refused. */
async function fill(p: Probe): Promise<unknown> {
  for (let i = 0; i < 200; i++) {
    const outcome = await p.call('put', { key: utf8(`quota/${i}`), value: new Uint8Array(512 * 1024).fill(i) });
    if (!outcome.ok) return outcome;
  }
  return 'never refused';
}

const quota: readonly Case[] = [
  {
    name: 'beyond the quota: refused, an alarm for this member, deletes go on, room is made, the alarm is taken back',
    run: async (p) => {
      const refusal = await fill(p);
      const memberId = (await p.must('status', {})).header?.memberId;
      const { alarms } = await p.must('alarm', {});
      const deleted = await brief(p.call('deleteRange', { key: utf8('quota/'), rangeEnd: utf8('quota0') }));
      const still = await brief(p.call('put', { key, value: utf8('v') }));
      await p.must('compact', { revision: await p.revision(), physical: true });
      await brief(p.call('defragment', {}));
      const sticky = await brief(p.call('put', { key, value: utf8('v') }));
      for (const { memberId, alarm } of alarms) await p.must('alarm', { action: DEACTIVATE, memberId, alarm });
      const value = new Uint8Array(512 * 1024);
      const room: string[] = [];
      for (let i = 0; i < 8; i++) room.push(await brief(p.call('put', { key: utf8(`quota/again/${i}`), value })));
      return {
        refusal,
        room,
        isMine: alarms.map((one) => one.memberId === memberId && one.alarm === NOSPACE),
        ...{ deleted, still, sticky },
        after: await brief(p.call('put', { key, value: utf8('v') })),
      };
    },
  },
];

const limits: readonly Case[] = [
  {
    name: 'of compares, of successes and of failures, 4 are allowed and 5 are not',
    run: async (p) => {
      const compares = (count: number) => Array.from({ length: count }, () => ({ key, target: 0, version: 0 }));
      const puts = (count: number) =>
        Array.from({ length: count }, (_, i) => ({ requestPut: { key: utf8(`limit/${i}`) } }));
      const answers: string[] = [];
      for (const count of [4, 5]) {
        answers.push(await brief(p.call('txn', { compare: compares(count) })));
        answers.push(await brief(p.call('txn', { success: puts(count) })));
        answers.push(await brief(p.call('txn', { failure: puts(count) })));
      }
      return answers;
    },
  },
  {
    name: 'a nested transaction has what the lists around it leave over',
    run: async (p) => {
      const put = (name: string) => ({ requestPut: { key: utf8(`limit/${name}`) } });
      const nested = (...names: string[]) => ({ requestTxn: { success: names.map(put) } });
      return [
        await brief(p.call('txn', { success: [put('a'), nested('b', 'c')] })),
        await brief(p.call('txn', { success: [put('a'), nested('b', 'c', 'd')] })),
        await brief(p.call('txn', { success: [put('a'), put('b'), put('c'), nested('d')] })),
      ];
    },
  },
  {
    name: 'a request of 64 KiB is too large where that is the bound',
    run: async (p) => {
      const put = (bytes: number) => brief(p.call('put', { key, value: new Uint8Array(bytes) }));
      return [await put(60_000), await put(65_536), await put(65_536 + 512 * 1024)].map((text) =>
        text.replace(/\(\d+ /, '(N '),
      );
    },
  },
];

differential('alarms beside the real etcd', alarms);
differential('the quota beside the real etcd', quota, ['--quota-backend-bytes', '8388608']);
differential('limits set by flags', limits, ['--max-txn-ops', '4', '--max-request-bytes', '65536']);
