/** The members of a drill: real processes with a proxy before each peer port, killed, stopped and started again. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Probe } from '../conformance/harness/probe.ts';
import { withoutOurSettings } from '../fixtures/environment.ts';
import { freePorts } from '../fixtures/ports.ts';
import { Running } from '../fixtures/running.ts';
import { type TemporaryFolder, temporaryFolder } from '../fixtures/temporary.ts';
import { type LinkRule, OPEN, PeerProxy } from './peer-proxy.ts';
import { SmallDisk } from './small-disk.ts';

export const ELECTION_TIMEOUT_MS = 1000;
const MEMBER_SCRIPT = path.join(import.meta.dirname, '../../server/store/main.ts');
const READY = /ready to serve client requests/;
const READY_TIMEOUT_MS = 30_000;
/** Snapshots between members happen often, so that members left behind catch up by image. */
const SNAPSHOT_COUNT = 500;
const PORTS_PER_MEMBER = 3;

interface Place {
  readonly name: string;
  readonly clientPort: number;
  /** Where it listens, and what it advertises: the proxy. */
  readonly peerPort: number;
  readonly proxyPort: number;
  readonly folder: string;
}

export class DrillMember {
  readonly place: Place;
  readonly proxy: PeerProxy;
  readonly disk: SmallDisk | undefined;
  readonly probe: Probe;
  readonly #cluster: string;
  #running: Running | undefined;
  #isStopped = false;
  /** Known from its first start on. */
  id = 0n;

  constructor(options: { readonly place: Place; readonly cluster: string; readonly disk: SmallDisk | undefined }) {
    this.place = options.place;
    this.#cluster = options.cluster;
    this.disk = options.disk;
    this.proxy = new PeerProxy(options.place.peerPort);
    this.probe = new Probe(this.endpoint);
  }

  get name(): string {
    return this.place.name;
  }
  get endpoint(): string {
    return `127.0.0.1:${this.place.clientPort}`;
  }
  /** Its process runs and is not stopped. */
  get isActive(): boolean {
    return this.#running !== undefined && !this.#isStopped;
  }
  get output(): string {
    return this.#running?.output ?? '';
  }

  /** Resolves when it serves clients. */
  async start(): Promise<void> {
    const { name, folder, clientPort, peerPort, proxyPort } = this.place;
    const url = (port: number) => `http://127.0.0.1:${port}`;
    const [command = '', ...args] = [
      ...(this.disk?.wrapper ?? []),
      ...[process.execPath, MEMBER_SCRIPT, '--name', name, '--data-dir', path.join(folder, 'data')],
      ...['--listen-client-urls', url(clientPort), '--advertise-client-urls', url(clientPort)],
      ...['--listen-peer-urls', url(peerPort), '--initial-advertise-peer-urls', url(proxyPort)],
      ...['--initial-cluster', this.#cluster, '--initial-cluster-token', 'drill'],
      ...['--snapshot-count', String(SNAPSHOT_COUNT), '--election-timeout', String(ELECTION_TIMEOUT_MS)],
    ];
    this.#isStopped = false;
    const running = new Running({ command, args, env: withoutOurSettings(process.env) });
    this.#running = running;
    await running.waitFor(READY, READY_TIMEOUT_MS);
  }

  async kill(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    running?.signal('SIGKILL');
    await running?.exited;
  }

  /** Without waiting, for when this process ends. */
  killNow(): void {
    this.#running?.signal('SIGKILL');
  }

  stop(): void {
    this.#isStopped = true;
    this.#running?.signal('SIGSTOP');
  }

  resume(): void {
    this.#running?.signal('SIGCONT');
    this.#isStopped = false;
  }

  /** Running again after whatever happened to it, stopping by itself included. @throws Error with its output */
  async revive(): Promise<void> {
    if (this.#isStopped) this.resume();
    const running = this.#running;
    const hasEnded = running !== undefined && (await Promise.race([running.exited.then(() => true), nextTurn()]));
    if (running === undefined || hasEnded) await this.start();
  }

  async destroy(): Promise<void> {
    this.probe.close();
    await this.kill();
    await this.proxy.close();
    await this.disk?.unmount();
  }
}

const nextTurn = (): Promise<false> => new Promise((resolve) => setImmediate(() => resolve(false)));

export class DrillCluster {
  readonly members: readonly DrillMember[];
  readonly #folder: TemporaryFolder;

  /** Interrupted or broken, this process leaves none behind. */
  readonly #onExit = () => {
    for (const member of this.members) member.killNow();
    this.#folder.remove();
  };

  private constructor(members: readonly DrillMember[], folder: TemporaryFolder) {
    this.members = members;
    this.#folder = folder;
  }

  /** Started and led. @param hasSmallDisk gives the first member a disk that can be filled, where that is permitted. */
  static async start(size: number, { hasSmallDisk }: { readonly hasSmallDisk: boolean }): Promise<DrillCluster> {
    const folder = temporaryFolder('drill');
    const ports = await freePorts(size * PORTS_PER_MEMBER);
    const places = Array.from({ length: size }, (_, i): Place => {
      const [clientPort = 0, peerPort = 0, proxyPort = 0] = ports.slice(i * PORTS_PER_MEMBER);
      const name = `m${i + 1}`;
      return { name, clientPort, peerPort, proxyPort, folder: path.join(folder.path, name) };
    });
    const cluster = places.map(({ name, proxyPort }) => `${name}=http://127.0.0.1:${proxyPort}`).join(',');
    const members: DrillMember[] = [];
    for (const [i, place] of places.entries()) {
      mkdirSync(place.folder);
      const disk = hasSmallDisk && i === 0 ? await SmallDisk.mount(place.folder) : undefined;
      members.push(new DrillMember({ place, cluster, disk }));
    }
    const drill = new DrillCluster(members, folder);
    process.once('exit', drill.#onExit);
    try {
      await drill.#begin();
    } catch (cause) {
      await drill.destroy();
      throw cause;
    }
    return drill;
  }

  async #begin(): Promise<void> {
    await Promise.all(this.members.map(({ proxy, place }) => proxy.listen(place.proxyPort)));
    await Promise.all(this.members.map((member) => member.start()));
    for (const member of this.members) {
      const { header } = await member.probe.must('status', {});
      member.id = header?.memberId ?? 0n;
    }
    // A proxy that recognises nobody would cut nothing.
    for (const { proxy, name, id } of this.members) {
      const others = this.members.map((member) => member.id).filter((other) => other !== id);
      if (others.some((other) => !proxy.senders.has(other)))
        throw new Error(`the proxy of ${name} knows not all its peers`);
    }
  }

  /** Who leads, by the word of the leader itself and one more; undefined when nobody says so now. */
  async leader(): Promise<DrillMember | undefined> {
    const active = this.members.filter((member) => member.isActive);
    const statuses = await Promise.all(active.map(({ probe }) => probe.call('status', {}, { deadlineMs: 500 })));
    const named = statuses.map((status) => (status.ok ? status.value.leader : 0n));
    return active.find((member, i) => named[i] === member.id && named.filter((id) => id === member.id).length > 1);
  }

  /** The rule for the way from one member to another. */
  link(from: DrillMember, to: DrillMember, rule: LinkRule): void {
    to.proxy.rule(from.id, rule);
  }

  openAllLinks(): void {
    for (const to of this.members) for (const from of this.members) this.link(from, to, OPEN);
  }

  async destroy(): Promise<void> {
    process.off('exit', this.#onExit);
    await Promise.all(this.members.map((member) => member.destroy()));
    this.#folder.remove();
  }
}
