/**
 * `npm start`: starts what the settings ask for (members of the bundled store, the console), prints the URL when it can be
 * used, and stops everything within 5 s on Ctrl-C or SIGTERM.
 *
 * Exit codes: 0 stopped on request · 1 could not start or a part failed for good · 2 a setting is wrong.
 */
import type { Server } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startConsole } from './console/boot.ts';
import type { Console } from './console/console.ts';
import { trustedHeaders } from './console/http/request.ts';
import { BuildFailure, buildIfNeeded } from './launch/build.ts';
import { type BundledStore, MemberFailure, startBundledStore } from './launch/members.ts';
import { letPausedGo } from './launch/paused-members.ts';
import { takenPorts } from './launch/ports.ts';
import { isLoopback, parseSettings, type Settings } from './launch/settings.ts';
import { SettingsError } from './launch/store-settings.ts';
import { listen, serve } from './launch/web.ts';

const ROOT = path.join(import.meta.dirname, '..');

/** Beyond this the process ends whatever still hangs: the promise to operators is 5 s. */
const STOP_DEADLINE_MS = 4500;

/** How long a store may take to say whether it demands users, where that decides about starting at all. */
const FIRST_ANSWER_MS = 15_000;
const ASK_AGAIN_MS = 250;

// No request leaves the machine, Next's telemetry included.
process.env.NEXT_TELEMETRY_DISABLED = '1';

const report = (line: string): void => console.log(line);

/** Things to undo, last started first stopped. */
const stops: (() => Promise<void>)[] = [];
let stopping: Promise<void> | undefined;

function stopAll(): Promise<void> {
  stopping ??= (async () => {
    for (const stop of stops.reverse()) await stop();
  })();
  return stopping;
}

async function exit(code: number): Promise<never> {
  const deadline = setTimeout(() => process.exit(code === 0 ? 1 : code), STOP_DEADLINE_MS);
  deadline.unref();
  await stopAll();
  process.exit(code);
}

function explain(cause: unknown, settings: Settings): string {
  if (cause instanceof MemberFailure || cause instanceof BuildFailure || cause instanceof SettingsError)
    return cause.message;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE') {
    return `port ${settings.port} is taken: another Quorate may be running; stop it or choose another with QUORATE_PORT`;
  }
  if (code === 'EACCES') return `port ${settings.port} needs privileges: choose one above 1023 with QUORATE_PORT`;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

async function startMembers(settings: Settings): Promise<BundledStore | undefined> {
  if (settings.members.length === 0) return undefined;
  await letPausedGo(settings.dataDir, report);
  const taken = await takenPorts(settings.members.flatMap((member) => [member.client, member.peer]));
  if (taken.length > 0) {
    throw new MemberFailure(
      `port ${taken.join(', ')} is taken: stop the program that uses it (another Quorate or an etcd?) or choose others with QUORATE_STORE_PORTS`,
    );
  }
  const store = startBundledStore({ ...settings, report });
  stops.push(() => store.stop());
  return store;
}

async function start(settings: Settings): Promise<void> {
  const isExposed = !isLoopback(settings.host);
  // Beyond loopback nothing is opened before it is known that every store demands users.
  const early = isExposed ? undefined : await takePort(settings);
  const store = await startMembers(settings);
  // The build runs while the members elect their leader.
  await Promise.all([store?.ready, settings.dev ? undefined : buildIfNeeded(ROOT, report)]);
  const quorate = await startConsole({ ...settings, isExposed, supervisor: store?.drills });
  if (isExposed) await demandUsers(quorate, settings);
  const server = early ?? (await takePort(settings));
  const onRequest = quorate.requests.begin.bind(quorate.requests);
  const served = await serve(server, { ...settings, root: ROOT, trustedHeaders, onRequest });
  stops.push(() => served.close());
  // Streams end first: nothing else can close while a browser holds one open.
  stops.push(() => quorate.close());
  report(`Quorate is ready at ${served.url}`);
}

async function takePort(settings: Settings): Promise<Server> {
  const server = await listen({ ...settings, root: ROOT });
  stops.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

/** @throws SettingsError naming the first store that lets anybody in, or has not answered in time */
async function demandUsers(quorate: Console, { host, stores }: Settings): Promise<void> {
  for (const { id, label } of stores) {
    const until = Date.now() + FIRST_ANSWER_MS;
    let required = await quorate.required(id);
    while (required === null && Date.now() < until) {
      await delay(ASK_AGAIN_MS);
      required = await quorate.required(id);
    }
    if (required === true) continue;
    const why = required === false ? 'has no authentication' : 'does not say whether it has authentication';
    throw new SettingsError(
      `QUORATE_HOST=${host} would let anyone on the network use the store "${label}", which ${why}: turn it on (etcdctl auth enable), ` +
        'or listen on 127.0.0.1 and reach the console through an SSH tunnel',
    );
  }
}

let settings: Settings;
try {
  settings = parseSettings(process.argv.slice(2), process.env, process.cwd());
} catch (cause) {
  if (!(cause instanceof SettingsError)) throw cause;
  console.error(`quorate: ${cause.message}`);
  process.exit(2);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void exit(0));

try {
  await start(settings);
} catch (cause) {
  if (stopping === undefined) {
    console.error(`quorate: ${explain(cause, settings)}`);
    await exit(cause instanceof SettingsError ? 2 : 1);
  }
}
