/**
 * A process of its own that holds thousands of connections to one member: `node connection-crowd.ts PORT COUNT`. A third never says a
 * word, a third greets in HTTP/2 and falls silent, a third watches one key. It says "open N" when all are there, then answers each line
 * it is given: "told" with how many watchers have heard something since "forget", and "alive" with how many are still connected.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { opening, watchOf } from './hostile-peers.ts';

/** Connections in the making: more of them overflow the queue of the listener. */
const AT_ONCE = 100;

const [port = 0, count = 0] = process.argv.slice(2).map(Number);
const watching = watchOf(Buffer.from('crowd'));
const FIRST_WORDS = [undefined, opening, watching];

const sockets: Socket[] = [];
const told = new Set<number>();

async function open(i: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const words = FIRST_WORDS[i % FIRST_WORDS.length];
  socket.on('data', () => {
    if (words === watching) told.add(i);
  });
  sockets.push(socket);
  await once(socket, 'connect');
  if (words !== undefined) socket.write(words);
}

for (let at = 0; at < count; at += AT_ONCE)
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, i) => open(at + i)));
console.log(`open ${sockets.length}`);

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'told') console.log(`told ${told.size}`);
  if (line === 'alive') console.log(`alive ${sockets.filter((socket) => !socket.destroyed).length}`);
  if (line === 'forget') {
    told.clear();
    console.log(`told ${told.size}`);
  }
}
