/**
 * `npm start`: starts what the settings ask for (members of the bundled store, the console), prints the URL when it can be
 * used, and stops everything within 5 s on Ctrl-C or SIGTERM.
 *
 * Exit codes: 0 stopped on request · 1 could not start or a part failed for good · 2 a setting is wrong.
 */
import type { Server } from 'node:http';
import path from 'node:path';
import { startConsole } from './console/boot.ts';
import { trustedHeaders } from './console/http/request.ts';
import { BuildFailure, buildIfNeeded } from './launch/build.ts';
import { type BundledStore, MemberFailure, startBundledStore } from './launch/members.ts';
import { takenPorts } from './launch/ports.ts';
import { parseSettings, type Settings, SettingsError } from './launch/settings.ts';
import { listen, serve } from './launch/web.ts';

const ROOT = path.join(import.meta.dirname, '..');

/** Beyond this the process ends whatever still hangs: the promise to operators is 5 s. */
const STOP_DEADLINE_MS = 4500;

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
  if (cause instanceof MemberFailure || cause instanceof BuildFailure) return cause.message;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE') {
    return `port ${settings.port} is taken: another Quorate may be running; stop it or choose another with QUORATE_PORT`;
  }
  if (code === 'EACCES') return `port ${settings.port} needs privileges: choose one above 1023 with QUORATE_PORT`;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

async function startMembers(settings: Settings): Promise<BundledStore | undefined> {
  if (settings.members.length === 0) return undefined;
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
  const web: { server: Server } = { server: await listen({ ...settings, root: ROOT }) };
  stops.push(async () => {
    web.server.closeAllConnections();
    web.server.close();
  });
  const store = await startMembers(settings);
  // The build runs while the members elect their leader.
  await Promise.all([store?.ready, settings.dev ? undefined : buildIfNeeded(ROOT, report)]);
  const quorate = await startConsole({ stores: settings.stores });
  const served = await serve(web.server, { ...settings, root: ROOT, trustedHeaders });
  stops.push(() => served.close());
  // Streams end first: nothing else can close while a browser holds one open.
  stops.push(() => quorate.close());
  report(`Quorate is ready at ${served.url}`);
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
    await exit(1);
  }
}
