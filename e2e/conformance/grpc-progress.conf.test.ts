/** Progress that a watcher is told without asking each time, ours beside the real etcd (§7). */
import { type Case, differential } from './harness/differential.ts';
import { utf8 } from './harness/probe.ts';

const within = (name: string) => ({ key: utf8(`${name}/`), rangeEnd: utf8(`${name}0`) });

const cases: readonly Case[] = [
  {
    name: 'an idle watcher that wants it is told how far it is, its neighbour on the stream is not',
    run: async (p) => {
      const watch = p.watch();
      for (const progressNotify of [false, true]) {
        watch.send({ createRequest: { ...within('p1'), progressNotify } });
        await watch.message();
      }
      const told = [await watch.message(), await watch.message()];
      watch.cancel();
      return told;
    },
  },
  {
    name: 'what happens elsewhere moves it on',
    run: async (p) => {
      const watch = p.watch();
      watch.send({ createRequest: { ...within('p2'), progressNotify: true } });
      await watch.message();
      await p.put('elsewhere', 'v');
      let told = await watch.message();
      while (told.header?.revision === p.base) told = await watch.message();
      watch.cancel();
      return told;
    },
  },
  {
    name: 'a replay comes before it',
    run: async (p) => {
      await p.put('p3/a', '1');
      await p.put('p3/a', '2');
      const watch = p.watch();
      watch.send({ createRequest: { ...within('p3'), startRevision: p.base + 1, progressNotify: true } });
      await watch.message();
      const events: unknown[] = [];
      let told = await watch.message();
      for (; told.events.length > 0; told = await watch.message()) events.push(...told.events);
      watch.cancel();
      return { events, told };
    },
  },
];

differential('progress beside the real etcd', cases, ['--experimental-watch-progress-notify-interval', '200ms']);
