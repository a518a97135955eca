/** The edges of KV, Watch, Lease and Maintenance that the other files leave out (§5, §7, §8, §10 of the reference). */
import { SortOrder, SortTarget } from '../../lib/base/etcdpb/kv.ts';
import { type Case, differential } from './harness/differential.ts';
import { NUL, type Probe, utf8 } from './harness/probe.ts';

const put = async (probe: Probe, entries: Readonly<Record<string, string>>): Promise<void> => {
  for (const [key, value] of Object.entries(entries)) await probe.put(key, value);
};
const within = (name: string) => ({ key: utf8(`${name}/`), rangeEnd: utf8(`${name}0`) });

const ranges: readonly Case[] = [
  {
    name: 'a negative limit is no limit',
    run: async (p) => {
      await put(p, { 'ba/1': 'x', 'ba/2': 'y' });
      return p.call('range', { ...within('ba'), limit: -1 });
    },
  },
  {
    name: 'a limit equal to the count says no more',
    run: async (p) => {
      await put(p, { 'bb/1': 'x', 'bb/2': 'y' });
      return p.call('range', { ...within('bb'), limit: 2 });
    },
  },
  {
    name: 'a target other than the key sorts ascending without an order',
    run: async (p) => {
      await put(p, { 'bc/1': 'c', 'bc/2': 'a', 'bc/3': 'b' });
      return p.call('range', { ...within('bc'), sortTarget: SortTarget.VALUE });
    },
  },
  ...[SortTarget.VERSION, SortTarget.CREATE, SortTarget.MOD, SortTarget.KEY].map((sortTarget) => ({
    name: `descending by target ${sortTarget}, cut by a limit`,
    run: async (p: Probe) => {
      const name = `bd${sortTarget}`;
      await put(p, { [`${name}/1`]: 'a', [`${name}/2`]: 'b', [`${name}/3`]: 'c' });
      for (let i = 0; i < 2; i++) await p.put(`${name}/1`, `again ${i}`);
      await p.put(`${name}/3`, 'again');
      return p.call('range', { ...within(name), sortTarget, sortOrder: SortOrder.DESCEND, limit: 2 });
    },
  })),
  {
    name: 'a filter that nothing passes leaves the count',
    run: async (p) => {
      await put(p, { 'be/1': 'x' });
      return p.call('range', { ...within('be'), minModRevision: 1_000_000 });
    },
  },
  {
    name: 'filters include their bounds',
    run: async (p) => {
      const made = (await p.put('bf/1', 'x')).header?.revision ?? 0;
      await p.put('bf/2', 'y');
      return p.call('range', { ...within('bf'), minCreateRevision: made, maxCreateRevision: made, limit: 1 });
    },
  },
  {
    name: 'keys_only with a historic revision gives that revision’s metadata',
    run: async (p) => {
      const first = (await p.put('bg', 'old')).header?.revision ?? 0;
      await p.put('bg', 'newer');
      return p.call('range', { key: utf8('bg'), revision: first, keysOnly: true });
    },
  },
  {
    name: 'a single key counted',
    run: async (p) => {
      await p.put('bh', 'x');
      return [
        await p.call('range', { key: utf8('bh'), countOnly: true }),
        await p.call('range', { key: utf8('bh/none'), countOnly: true }),
      ];
    },
  },
  {
    name: 'a deleted key is readable at its last revision and gone at the next',
    run: async (p) => {
      const last = (await p.put('bi', 'x')).header?.revision ?? 0;
      await p.call('deleteRange', { key: utf8('bi') });
      return [
        await p.call('range', { key: utf8('bi'), revision: last }),
        await p.call('range', { key: utf8('bi'), revision: last + 1 }),
      ];
    },
  },
];

const writes: readonly Case[] = [
  {
    name: 'a delete from a key to the end of everything',
    run: async (p) => {
      await put(p, { '~~1': 'x', '~~2': 'y' });
      return p.call('deleteRange', { key: utf8('~~'), rangeEnd: NUL, prevKv: true });
    },
  },
  {
    name: 'a key and a value of any bytes come back as they were',
    run: async (p) => {
      const key = Uint8Array.of(0xff, 0x00, 0xc3, 0x28, 0x0a);
      await p.call('put', { key, value: Uint8Array.of(0, 255, 128, 10) });
      return p.call('range', { key });
    },
  },
  {
    name: 'ignore_value and ignore_lease together touch the key',
    run: async (p) => {
      await p.put('bj', 'kept');
      await p.call('put', { key: utf8('bj'), ignoreValue: true, ignoreLease: true });
      return p.call('range', { key: utf8('bj') });
    },
  },
  { name: 'a negative compaction', run: (p) => p.call('compact', { revision: -1 }) },
];

const leases: readonly Case[] = [
  { name: 'revoking a lease that is none', run: (p) => p.call('leaseRevoke', { id: 987_654n }) },
  {
    name: 'a lease revoked twice',
    run: async (p) => {
      await p.call('leaseGrant', { id: 701n, ttl: 60 });
      return [await p.call('leaseRevoke', { id: 701n }), await p.call('leaseRevoke', { id: 701n })];
    },
  },
  {
    name: 'keys of a lease are listed only when asked for',
    run: async (p) => {
      await p.call('leaseGrant', { id: 702n, ttl: 60 });
      await p.put('bk', 'x', 702n);
      return [
        await p.call('timeToLive', { id: 702n }),
        await p.call('timeToLive', { id: 702n, keys: true }),
        await p.call('leaseRevoke', { id: 702n }),
      ];
    },
  },
];

const maintenance: readonly Case[] = [
  {
    name: 'the hash at a negative revision is the current one',
    run: async (p) => (await p.call('hashKv', { revision: -1 })).ok,
  },
  {
    name: 'an alarm that nobody raised is taken back without a word',
    run: (p) =>
      p.call('alarm', { action: 2, memberId: 1n, alarm: 1 }).then((outcome) => outcome.ok && outcome.value.alarms),
  },
  { name: 'health of a service that is none', run: (p) => p.health('no.such.Service') },
];

differential('edges of ranges', ranges);
differential('edges of writes', writes);
differential('edges of leases', leases);
differential('edges of maintenance', maintenance);
