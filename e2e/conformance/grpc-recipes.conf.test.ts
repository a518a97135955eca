/** The v3lock and v3election services over raw gRPC, ours beside the real etcd. */
import {
  CampaignRequest,
  CampaignResponse,
  LeaderRequest,
  LeaderResponse,
  ProclaimRequest,
  ResignRequest,
} from '../../lib/base/etcdpb/election.ts';
import { HeaderResponse } from '../../lib/base/etcdpb/kv.ts';
import { LockRequest, LockResponse, UnlockRequest, UnlockResponse } from '../../lib/base/etcdpb/lock.ts';
import { type Case, differential } from './harness/differential.ts';
import { type Probe, utf8 } from './harness/probe.ts';

const lock = (p: Probe, name: string, lease: bigint) =>
  p.client.call('/v3lockpb.Lock/Lock', { request: LockRequest, response: LockResponse }, { name: utf8(name), lease });
const unlock = (p: Probe, key: Uint8Array) =>
  p.client.call('/v3lockpb.Lock/Unlock', { request: UnlockRequest, response: UnlockResponse }, { key });
const campaign = (p: Probe, name: string, lease: bigint, value: string) =>
  p.client.call(
    '/v3electionpb.Election/Campaign',
    { request: CampaignRequest, response: CampaignResponse },
    { name: utf8(name), lease, value: utf8(value) },
  );
const leader = (p: Probe, name: string) =>
  p.client.call(
    '/v3electionpb.Election/Leader',
    { request: LeaderRequest, response: LeaderResponse },
    { name: utf8(name) },
  );
const proclaimCodec = { request: ProclaimRequest, response: HeaderResponse };
const resignCodec = { request: ResignRequest, response: HeaderResponse };

const cases: readonly Case[] = [
  {
    name: 'a free lock is held at once, under its lease',
    run: async (p) => {
      await p.must('leaseGrant', { id: 0xa1n, ttl: 60 });
      const held = await lock(p, 'free', 0xa1n);
      const keys = await p.call('range', { key: utf8('free/'), rangeEnd: utf8('free0') });
      const again = await lock(p, 'free', 0xa1n);
      const let_go = held.ok ? await unlock(p, held.value.key) : undefined;
      return { held, keys, again, let_go };
    },
  },
  {
    name: 'a second contender waits for the first to let go',
    run: async (p) => {
      await p.must('leaseGrant', { id: 0xa2n, ttl: 60 });
      await p.must('leaseGrant', { id: 0xa3n, ttl: 60 });
      const first = await lock(p, 'busy', 0xa2n);
      let isSecondHeld = false;
      const second = lock(p, 'busy', 0xa3n).then((outcome) => {
        isSecondHeld = true;
        return outcome;
      });
      const watch = p.watch();
      watch.send({ createRequest: { key: utf8('busy/a3'), startRevision: p.base + 2 } });
      await watch.message();
      await watch.message();
      watch.cancel();
      const early = isSecondHeld;
      const freed = first.ok ? await unlock(p, first.value.key) : undefined;
      const outcome = await second;
      return { early, freed, key: outcome.ok ? outcome.value.key : outcome };
    },
  },
  {
    name: 'a lock whose lease dies goes to the next contender',
    run: async (p) => {
      await p.must('leaseGrant', { id: 0xa4n, ttl: 60 });
      await p.must('leaseGrant', { id: 0xa5n, ttl: 60 });
      await lock(p, 'dying', 0xa4n);
      const second = lock(p, 'dying', 0xa5n);
      await p.must('leaseRevoke', { id: 0xa4n });
      const outcome = await second;
      return outcome.ok ? outcome.value.key : outcome;
    },
  },
  { name: 'a lock under an unknown lease', run: (p) => lock(p, 'nolease', 0xdeadn) },
  {
    name: 'a contender that gives up leaves nothing behind',
    run: async (p) => {
      await p.must('leaseGrant', { id: 0xa6n, ttl: 60 });
      await p.must('leaseGrant', { id: 0xa7n, ttl: 60 });
      await lock(p, 'given', 0xa6n);
      const watch = p.watch();
      watch.send({ createRequest: { key: utf8('given/a7') } });
      await watch.message();
      // Whether the client's own clock or the server's answer ends the call is a race: only what stays behind counts.
      await p.client.call(
        '/v3lockpb.Lock/Lock',
        { request: LockRequest, response: LockResponse },
        { name: utf8('given'), lease: 0xa7n },
        { deadlineMs: 300 },
      );
      const types = [(await watch.message()).events[0]?.type, (await watch.message()).events[0]?.type];
      watch.cancel();
      return types;
    },
  },
  {
    name: 'an election: campaign, leader, proclaim, resign',
    run: async (p) => {
      await p.must('leaseGrant', { id: 0xb1n, ttl: 60 });
      const none = await leader(p, 'race');
      const won = await campaign(p, 'race', 0xb1n, 'one');
      if (!won.ok) return won;
      const now = await leader(p, 'race');
      const renamed = await p.client.call('/v3electionpb.Election/Proclaim', proclaimCodec, {
        leader: won.value.leader,
        value: utf8('uno'),
      });
      const after = await leader(p, 'race');
      const resigned = await p.client.call('/v3electionpb.Election/Resign', resignCodec, { leader: won.value.leader });
      const late = await p.client.call('/v3electionpb.Election/Proclaim', proclaimCodec, {
        leader: won.value.leader,
        value: utf8('too late'),
      });
      return { none, won, now, renamed, after, resigned, late, empty: await leader(p, 'race') };
    },
  },
  {
    name: 'campaigning again with another value proclaims it',
    run: async (p) => {
      await p.must('leaseGrant', { id: 0xb2n, ttl: 60 });
      const first = await campaign(p, 'again', 0xb2n, 'one');
      const second = await campaign(p, 'again', 0xb2n, 'two');
      return { first, second, now: await leader(p, 'again') };
    },
  },
  {
    name: 'the leader field is required',
    run: async (p) => [
      await p.client.call('/v3electionpb.Election/Proclaim', proclaimCodec, {}),
      await p.client.call('/v3electionpb.Election/Resign', resignCodec, {}),
    ],
  },
  {
    name: 'an observer sees the leader, its proclamations and its successor',
    run: async (p) => {
      for (const id of [0xb3n, 0xb4n]) await p.must('leaseGrant', { id, ttl: 60 });
      const won = await campaign(p, 'seen', 0xb3n, 'one');
      const stream = p.client.stream('/v3electionpb.Election/Observe', {
        request: LeaderRequest,
        response: LeaderResponse,
      });
      stream.send({ name: utf8('seen') });
      stream.end();
      const values: string[] = [];
      const take = async () => values.push(new TextDecoder().decode((await stream.message()).kv?.value));
      await take();
      const next = campaign(p, 'seen', 0xb4n, 'two');
      if (won.ok) {
        await p.client.call('/v3electionpb.Election/Proclaim', proclaimCodec, {
          leader: won.value.leader,
          value: utf8('uno'),
        });
        await take();
        await p.client.call('/v3electionpb.Election/Resign', resignCodec, { leader: won.value.leader });
      }
      await next;
      await take();
      stream.cancel();
      return values;
    },
  },
];

differential('v3lock and v3election beside the real etcd', cases);
