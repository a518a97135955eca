/** Every target with every result, on keys that live, that are missing, and on ranges, ours beside the real etcd (§6). */
import { type Compare, CompareResult, CompareTarget } from '../../lib/base/etcdpb/kv.ts';
import type { Init } from '../../lib/base/protobuf/schema.ts';
import { type Case, differential } from './harness/differential.ts';
import { NUL, type Probe, utf8 } from './harness/probe.ts';

type Union = Omit<Init<Compare>, 'key' | 'rangeEnd' | 'result' | 'target'>;

/** A value below, at and above what the key has, by target. `at` is 2 for what counts puts, and revisions are taken from the key itself. */
const OPERANDS: Readonly<Record<string, (at: number, revisions: { create: number; mod: number }) => Union>> = {
  VERSION: (by) => ({ version: 2 + by }),
  CREATE: (by, { create }) => ({ createRevision: create + by }),
  MOD: (by, { mod }) => ({ modRevision: mod + by }),
  VALUE: (by) => ({ value: utf8(['a', 'b', 'c'][by + 1] ?? '') }),
  LEASE: (by) => ({ lease: BigInt(40 + by) }),
};

/** Whether the one compare holds, for every result in turn. */
async function judge(p: Probe, compare: Init<Compare>): Promise<string> {
  const verdicts: string[] = [];
  for (const [name, result] of Object.entries(CompareResult)) {
    const { succeeded } = await p.must('txn', { compare: [{ ...compare, result }] });
    verdicts.push(`${name} ${succeeded}`);
  }
  return verdicts.join(', ');
}

const targets = Object.entries(CompareTarget);
const compares: readonly Case[] = [
  {
    name: 'a living key: every target, every result, operands below, at and above',
    run: async (p) => {
      await p.must('leaseGrant', { id: 40n, ttl: 600 });
      const create = (await p.put('m1', 'a', 40n)).header?.revision ?? 0;
      const mod = (await p.put('m1', 'b', 40n)).header?.revision ?? 0;
      const verdicts: Record<string, string> = {};
      for (const [name, target] of targets)
        for (const by of [-1, 0, 1])
          verdicts[`${name} ${by}`] = await judge(p, {
            ...{ key: utf8('m1'), target },
            ...OPERANDS[name]?.(by, { create, mod }),
          });
      return verdicts;
    },
  },
  {
    name: 'a missing key: every target, every result, operands below, at and above zero',
    run: async (p) => {
      const operands: readonly Union[] = [-1, 0, 1].map((n) => ({
        ...{ version: n, createRevision: n, modRevision: n, lease: BigInt(n) },
        value: utf8(n < 1 ? '' : 'x'),
      }));
      const FIELDS = ['version', 'createRevision', 'modRevision', 'value', 'lease'] as const;
      const verdicts: Record<string, string> = {};
      for (const [name, target] of targets)
        for (const [at, operand] of operands.entries()) {
          const field = FIELDS[target] ?? 'version';
          verdicts[`${name} ${at}`] = await judge(p, { key: utf8('m2'), target, [field]: operand[field] });
        }
      return verdicts;
    },
  },
  {
    name: 'a compare without its operand compares with zero or nothing, on a living and a missing key',
    run: async (p) => {
      await p.put('m3', 'a');
      const verdicts: Record<string, string> = {};
      for (const [name, target] of targets)
        for (const key of ['m3', 'm3/missing']) verdicts[`${name} ${key}`] = await judge(p, { key: utf8(key), target });
      return verdicts;
    },
  },
  {
    name: 'an operand of another target than the one asked for',
    run: async (p) => {
      await p.put('m4', 'a');
      const verdicts: Record<string, string> = {};
      for (const [name, target] of targets)
        verdicts[name] = await judge(p, {
          key: utf8('m4'),
          target,
          ...(name === 'VERSION' ? { value: utf8('a') } : { version: 1 }),
        });
      return verdicts;
    },
  },
  {
    name: 'a range of keys: every one of them must hold, for every target and result',
    run: async (p) => {
      await p.put('m5/a', 'a');
      await p.put('m5/b', 'a');
      await p.put('m5/b', 'a');
      const range = { key: utf8('m5/'), rangeEnd: utf8('m50') };
      return [
        await judge(p, { ...range, target: CompareTarget.VALUE, value: utf8('a') }),
        await judge(p, { ...range, target: CompareTarget.VALUE, value: utf8('b') }),
        await judge(p, { ...range, target: CompareTarget.VERSION, version: 1 }),
        await judge(p, { ...range, target: CompareTarget.VERSION, version: 2 }),
        await judge(p, { ...range, target: CompareTarget.VERSION, version: 3 }),
        await judge(p, { ...range, target: CompareTarget.LEASE, lease: 0n }),
      ];
    },
  },
  {
    name: 'an empty, an inverted and an open range, for every target and result',
    run: async (p) => {
      await p.put('~m6', 'a');
      const verdicts: Record<string, string> = {};
      for (const [name, target] of targets) {
        verdicts[`${name} empty`] = await judge(p, { key: utf8('m6/'), rangeEnd: utf8('m60'), target });
        verdicts[`${name} inverted`] = await judge(p, { key: utf8('z'), rangeEnd: utf8('a'), target });
        verdicts[`${name} open`] = await judge(p, { key: utf8('~m6'), rangeEnd: NUL, target });
      }
      return verdicts;
    },
  },
  {
    name: 'values compare byte by byte, a prefix before what it begins',
    run: async (p) => {
      await p.must('put', { key: utf8('m7'), value: Uint8Array.of(0x61, 0xff) });
      const against = [[], [0x61], [0x61, 0x7f], [0x61, 0xff], [0x61, 0xff, 0], [0x62]];
      return Promise.all(
        against.map((bytes) =>
          judge(p, { key: utf8('m7'), target: CompareTarget.VALUE, value: Uint8Array.from(bytes) }),
        ),
      );
    },
  },
  {
    name: 'an unknown target and an unknown result',
    run: async (p) => {
      await p.put('m8', 'a');
      return [
        await p.call('txn', { compare: [{ key: utf8('m8'), target: 9 }] }),
        await p.call('txn', { compare: [{ key: utf8('m8'), target: 0, result: 9, version: 5 }] }),
      ];
    },
  },
];

differential('compares beside the real etcd', compares);
