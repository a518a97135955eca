/** A running store under comparison: ours or the real etcd. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as requestHttps } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePorts } from '../../fixtures/ports.ts';

const START_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 5000;
const POLL_MS = 50;

export interface MemberAddress {
  readonly name: string;
  readonly client: number;
  readonly peer: number;
}

export interface Store {
  readonly name: 'ours' | 'etcd';
  readonly members: readonly MemberAddress[];
  /** "127.0.0.1:port" of each member. */
  readonly endpoints: readonly string[];
  /** Ends one member as a power cut would. */
  kill(name: string): Promise<void>;
  /** Starts one more, which the store was told of before; resolves when its client port answers. */
  join(member: MemberAddress): Promise<void>;
  stop(): Promise<void>;
}

/** Files for clients of a store that speaks TLS on both ports. */
export interface SecureAccess {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

interface Launch {
  readonly name: Store['name'];
  readonly command: string;
  readonly leadingArgs: readonly string[];
  readonly trailingArgs: readonly string[];
  readonly memberCount: number;
  /** https:// URLs everywhere; `trailingArgs` hold the flags for it. Undefined: http://. */
  readonly secure?: Partial<SecureAccess> | undefined;
}

/** Starts the members of one store with etcd's own flags, and waits until each of them is healthy. */
export async function launchStore(launch: Launch): Promise<Store> {
  const ports = await freePorts(launch.memberCount * 2);
  const members = Array.from({ length: launch.memberCount }, (_, i) => ({
    name: `m${i + 1}`,
    client: ports[i * 2] as number,
    peer: ports[i * 2 + 1] as number,
  }));
  const dir = await mkdtemp(path.join(tmpdir(), `conformance-${launch.name}-`));
  const scheme = schemeOf(launch);
  const clusterOf = (all: readonly MemberAddress[]) =>
    all.map((m) => `${m.name}=${scheme}://127.0.0.1:${m.peer}`).join(',');
  const running = new Map(
    members.map((member) => [
      member.name,
      startMember(launch, { member, dir, cluster: clusterOf(members), state: 'new' }),
    ]),
  );
  const store: Store = {
    name: launch.name,
    members,
    endpoints: members.map((m) => `127.0.0.1:${m.client}`),
    kill: async (name) => running.get(name)?.kill(),
    join: async (member) => {
      const cluster = clusterOf([...members, member]);
      const joined = startMember(launch, { member, dir, cluster, state: 'existing' });
      running.set(member.name, joined);
      await untilAnswers(member, joined.failure);
    },
    stop: async () => {
      await Promise.all([...running.values()].map((member) => member.stop()));
      await rm(dir, { recursive: true, force: true });
    },
  };
  try {
    await Promise.all(members.map((member) => untilHealthy(launch, member, () => running.get(member.name)?.failure())));
  } catch (error) {
    await store.stop();
    throw error;
  }
  return store;
}

interface MemberStart {
  readonly member: MemberAddress;
  readonly dir: string;
  /** Value of --initial-cluster. */
  readonly cluster: string;
  readonly state: 'new' | 'existing';
}

function startMember(launch: Launch, { member, dir, cluster, state }: MemberStart) {
  const scheme = schemeOf(launch);
  const child = spawn(
    launch.command,
    [
      ...launch.leadingArgs,
      ...['--name', member.name],
      ...['--data-dir', path.join(dir, member.name)],
      ...['--listen-client-urls', `${scheme}://127.0.0.1:${member.client}`],
      ...['--advertise-client-urls', `${scheme}://127.0.0.1:${member.client}`],
      ...['--listen-peer-urls', `${scheme}://127.0.0.1:${member.peer}`],
      ...['--initial-advertise-peer-urls', `${scheme}://127.0.0.1:${member.peer}`],
      ...['--initial-cluster', cluster],
      ...['--initial-cluster-token', 'conformance', '--initial-cluster-state', state],
      ...launch.trailingArgs,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-4000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const exited = once(child, 'exit');
  return {
    failure: () =>
      child.exitCode === null && child.signalCode === null
        ? undefined
        : `${launch.name} ${member.name} exited with ${child.exitCode ?? child.signalCode}:\n${output}`,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      await exited;
      clearTimeout(killer);
    },
  };
}

const schemeOf = ({ secure }: Launch): string => (secure === undefined ? 'http' : 'https');

async function untilHealthy(
  { secure }: Launch,
  member: MemberAddress,
  failure: () => string | undefined,
): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const failed = failure();
    if (failed !== undefined) throw new Error(failed);
    const answer = await health(member, secure);
    if (answer.includes('"health":"true"')) return;
    if (Date.now() > deadline) throw new Error(`${member.name} is not healthy after ${START_TIMEOUT_MS} ms: ${answer}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Learners are never healthy: they answer on their port. */
async function untilAnswers(member: MemberAddress, failure: () => string | undefined): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while ((await get(`http://127.0.0.1:${member.client}/version`)) === '') {
    const failed = failure();
    if (failed !== undefined) throw new Error(failed);
    if (Date.now() > deadline) throw new Error(`${member.name} does not answer after ${START_TIMEOUT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** What /health says; empty when nobody answers. */
async function health(member: MemberAddress, secure: Partial<SecureAccess> | undefined): Promise<string> {
  if (secure !== undefined) return (await getSecurely(`https://127.0.0.1:${member.client}/health`, secure)) ?? '';
  return get(`http://127.0.0.1:${member.client}/health`);
}

const get = (url: string): Promise<string> =>
  fetch(url).then(
    (response) => response.text(),
    () => '',
  );

/** The body; undefined when there is no answer. Without a `ca` the other side is not verified. */
export function getSecurely(url: string, access: Partial<SecureAccess>): Promise<string | undefined> {
  const read = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file));
  const options = {
    ...{ ca: read(access.ca), cert: read(access.cert), key: read(access.key) },
    ...{ rejectUnauthorized: access.ca !== undefined, agent: false as const },
  };
  return new Promise((resolve) => {
    const request = requestHttps(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    });
    request.on('error', () => resolve(undefined)).end();
  });
}
