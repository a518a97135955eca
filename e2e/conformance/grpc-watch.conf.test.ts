/** Watch over raw gRPC, ours beside the real etcd (§7). */
import type { WatchCreateRequest, WatchResponse } from '../../lib/base/etcdpb/watch.ts';
import { FilterType } from '../../lib/base/etcdpb/watch.ts';
import type { Init } from '../../lib/base/protobuf/schema.ts';
import { type Case, differential } from './harness/differential.ts';
import { NUL, type Probe, utf8 } from './harness/probe.ts';

type Create = Init<WatchCreateRequest>;
const under = (prefix: string): Create => ({ key: utf8(prefix), rangeEnd: utf8(`${prefix.slice(0, -1)}0`) });

/** Opens a stream for the length of one case. */
async function onStream<T>(p: Probe, body: (stream: ReturnType<Probe['watch']>) => Promise<T>): Promise<T> {
  const stream = p.watch();
  try {
    return await body(stream);
  } finally {
    stream.cancel();
  }
}

/**
 * All events until the one for `last`, whatever the answers they came in: how history is cut into answers is timing.
 */
async function eventsUntil(stream: ReturnType<Probe['watch']>, last: string) {
  const events: WatchResponse['events'][number][] = [];
  for (;;) {
    const answer = await stream.message();
    events.push(...answer.events);
    if (events.some(({ kv }) => kv !== undefined && new TextDecoder().decode(kv.key) === last)) return events;
  }
}

const creation: readonly Case[] = [
  {
    name: 'the first answer says created, ids count from 0',
    run: (p) =>
      onStream(p, async (stream) => {
        stream.send({ createRequest: under('c1/') });
        const first = await stream.message();
        stream.send({ createRequest: under('c1/') });
        return [first, await stream.message()];
      }),
  },
  {
    name: 'an own id is taken, the automatic ones go on around it',
    run: (p) =>
      onStream(p, async (stream) => {
        const answers: unknown[] = [];
        for (const watchId of [1n, 0n, 0n, 77n, 0n]) {
          stream.send({ createRequest: { ...under('c2/'), watchId } });
          answers.push(await stream.message());
        }
        return answers;
      }),
  },
  {
    name: 'the same own id twice is refused, the stream lives on',
    run: (p) =>
      onStream(p, async (stream) => {
        const answers: unknown[] = [];
        for (const watchId of [5n, 5n, 6n]) {
          stream.send({ createRequest: { ...under('c3/'), watchId } });
          answers.push(await stream.message());
        }
        return answers;
      }),
  },
  {
    name: 'an empty range is refused',
    run: (p) =>
      onStream(p, async (stream) => {
        stream.send({ createRequest: { key: utf8('b'), rangeEnd: utf8('a') } });
        const inverted = await stream.message();
        stream.send({ createRequest: { key: utf8('b'), rangeEnd: utf8('b') } });
        return [inverted, await stream.message()];
      }),
  },
  {
    name: 'cancel answers once; an unknown id is not answered',
    run: (p) =>
      onStream(p, async (stream) => {
        stream.send({ createRequest: under('c4/') });
        await stream.message();
        stream.send({ cancelRequest: { watchId: 99n } });
        stream.send({ cancelRequest: { watchId: 0n } });
        const cancelled = await stream.message();
        stream.send({ createRequest: under('c4/') });
        return [cancelled, await stream.message()];
      }),
  },
  {
    name: 'a negative start revision',
    run: (p) =>
      onStream(p, async (stream) => {
        stream.send({ createRequest: { ...under('c5/'), startRevision: -1 } });
        const { header, ...answer } = await stream.message();
        return { ...answer, hasHeader: header !== undefined };
      }),
    differs: {
      reason: 'a negative start revision is refused at once',
      until: ['3.4.38', '3.5.24', '3.6.6'],
      ours: {
        watchId: '-1',
        created: true,
        canceled: true,
        compactRevision: 0,
        cancelReason: 'etcdserver: mvcc: required revision has been compacted',
        fragment: false,
        events: [],
        hasHeader: true,
      },
      etcd: {
        watchId: '0',
        created: true,
        canceled: false,
        compactRevision: 0,
        cancelReason: '',
        fragment: false,
        events: [],
        hasHeader: true,
      },
    },
  },
];

const delivery: readonly Case[] = [
  {
    name: 'live events carry their own revision in the header',
    run: (p) =>
      onStream(p, async (stream) => {
        stream.send({ createRequest: under('e1/') });
        await stream.message();
        await p.put('e1/a', '1');
        const first = await stream.message();
        await p.must('deleteRange', { key: utf8('e1/a') });
        return [first, await stream.message()];
      }),
  },
  {
    name: 'history replays from the start revision, tombstones without values',
    run: async (p) => {
      const from = (await p.put('e2/a', '1')).header?.revision ?? 0;
      await p.put('e2/a', '2');
      await p.must('deleteRange', { key: utf8('e2/a') });
      await p.put('e2/z', 'end');
      return onStream(p, async (stream) => {
        stream.send({ createRequest: { ...under('e2/'), startRevision: from } });
        const created = await stream.message();
        return { created, events: await eventsUntil(stream, 'e2/z') };
      });
    },
  },
  {
    name: 'previous pairs: absent on creation, present on update and delete',
    run: async (p) => {
      const from = (await p.put('e3/a', '1')).header?.revision ?? 0;
      await p.put('e3/a', '2');
      await p.must('deleteRange', { key: utf8('e3/a') });
      await p.put('e3/z', 'end');
      return onStream(p, async (stream) => {
        stream.send({ createRequest: { ...under('e3/'), startRevision: from, prevKv: true } });
        await stream.message();
        return eventsUntil(stream, 'e3/z');
      });
    },
  },
  {
    name: 'events of one transaction arrive in one answer, in order',
    run: (p) =>
      onStream(p, async (stream) => {
        stream.send({ createRequest: under('e4/') });
        await stream.message();
        const keys = ['e4/c', 'e4/a', 'e4/b'];
        await p.must('txn', { success: keys.map((key) => ({ requestPut: { key: utf8(key), value: utf8('v') } })) });
        return stream.message();
      }),
  },
  {
    name: 'NOPUT and NODELETE drop their events at the server',
    run: (p) =>
      onStream(p, async (stream) => {
        stream.send({ createRequest: { ...under('e5/'), filters: [FilterType.NOPUT] } });
        stream.send({ createRequest: { ...under('e5/'), filters: [FilterType.NODELETE] } });
        await stream.message();
        await stream.message();
        await p.put('e5/a', '1');
        const put = await stream.message();
        await p.must('deleteRange', { key: utf8('e5/a') });
        return [put, await stream.message()];
      }),
  },
  {
    name: 'a start in the future delivers nothing older',
    run: async (p) =>
      onStream(p, async (stream) => {
        stream.send({ createRequest: { ...under('e6/'), startRevision: p.base + 3 } });
        const created = await stream.message();
        for (const value of ['1', '2', '3']) await p.put('e6/a', value);
        return [created, await stream.message()];
      }),
  },
  {
    name: 'an empty key with "\\0" watches everything, an empty key alone the key "\\0"',
    run: (p) =>
      onStream(p, async (stream) => {
        stream.send({ createRequest: { rangeEnd: NUL } });
        const created = await stream.message();
        stream.send({ createRequest: {} });
        await stream.message();
        await p.put('e7', '1');
        const first = await stream.message();
        await p.must('put', { key: NUL, value: utf8('zero') });
        const ids = [(await stream.message()).watchId, (await stream.message()).watchId].sort();
        return [created, first, ids];
      }),
  },
  {
    name: 'a watcher on one key hears only that key',
    run: (p) =>
      onStream(p, async (stream) => {
        stream.send({ createRequest: { key: utf8('e8') } });
        await stream.message();
        await p.put('e8/more', 'x');
        await p.put('e8', 'y');
        return stream.message();
      }),
  },
  {
    name: 'a manual progress request on a synced stream',
    run: (p) =>
      onStream(p, async (stream) => {
        stream.send({ createRequest: under('e9/') });
        await stream.message();
        await p.put('e9/a', '1');
        await stream.message();
        stream.send({ progressRequest: {} });
        return stream.message();
      }),
  },
  {
    name: 'a large answer is fragmented when asked, and whole otherwise',
    run: (p) =>
      onStream(p, async (stream) => {
        const from = (await p.revision()) + 1;
        for (const name of ['a', 'b', 'c']) {
          await p.must('put', { key: utf8(`e10/${name}`), value: new Uint8Array(900_000).fill(65) });
        }
        await p.put('e10/z', 'end');
        const whole = async (fragment: boolean) => {
          stream.send({ createRequest: { ...under('e10/'), startRevision: from, fragment } });
          await stream.message();
          const answers: { readonly keys: string[]; readonly fragment: boolean }[] = [];
          while (!answers.some(({ keys }) => keys.includes('e10/z'))) {
            const answer = await stream.message();
            const keys = answer.events.map(({ kv }) => new TextDecoder().decode(kv?.key));
            answers.push({ keys, fragment: answer.fragment });
          }
          return answers;
        };
        return [await whole(true), await whole(false)];
      }),
  },
];

const endings: readonly Case[] = [
  {
    name: 'half-close of the stream',
    run: (p) =>
      onStream(p, async (stream) => {
        stream.send({ createRequest: under('h1/') });
        await stream.message();
        stream.end();
        await p.put('h1/a', '1');
        const next = await stream.next(1500).catch(() => 'nothing');
        return next;
      }),
  },
  {
    name: 'a start below the compact revision is created, then cancelled with it; at it, it works',
    run: async (p) => {
      const first = (await p.put('h2/a', '1')).header?.revision ?? 0;
      const at = (await p.put('h2/a', '2')).header?.revision ?? 0;
      await p.put('h2/z', 'end');
      await p.must('compact', { revision: at });
      const below = await onStream(p, async (stream) => {
        stream.send({ createRequest: { ...under('h2/'), startRevision: first } });
        return [await stream.message(), await stream.message()];
      });
      const exactly = await onStream(p, async (stream) => {
        stream.send({ createRequest: { ...under('h2/'), startRevision: at, prevKv: true } });
        await stream.message();
        return eventsUntil(stream, 'h2/z');
      });
      return { below, exactly };
    },
  },
];

differential('Watch beside the real etcd', [...creation, ...delivery, ...endings]);
