/**
 * Failing disks, one member at a time, each with what must follow: a full disk or a failed flush may only stop the member; rot in a
 * closed file is noticed at the next start, or harmless. Afterwards the operator repairs it: room, another disk, the file from a copy.
 */
import type { Prng } from '../../../../lib/base/prng.ts';
import { decodeRevision } from '../../mvcc/revision-codec.ts';
import { encodeFrame, type Frame, frameBytes, RecordType, readFrame } from '../../mvcc/segments/frame.ts';
import { parseName } from '../../mvcc/segments/segment-file.ts';
import { segmentsAmong } from '../../wal/segment-name.ts';
import type { World } from '../world.ts';
import type { MemberCheckers } from './checkers/member-checkers.ts';
import { DATA_DIR, type MemberSite, WAL_DIR } from './member-site.ts';
import type { MemberParameters } from './parameters.ts';

const REPAIR_MS_MAX = 3000;
const NEWEST_FILES = 3;
const NEWEST_BYTES = 100;

interface Flip {
  readonly path: string;
  readonly at: number;
  readonly mask: number;
}

interface DiskFaultsOptions {
  readonly world: World;
  readonly prng: Prng;
  readonly sites: readonly MemberSite[];
  readonly checkers: MemberCheckers;
  readonly parameters: MemberParameters;
  /** Rot changes values and their checksums alike. */
  readonly hidesRot: boolean;
}

export class DiskFaults {
  readonly #options: DiskFaultsOptions;
  #repair: (() => void) | undefined;
  #isStopped = false;
  struck = 0;
  /** Starts refused because of rot. */
  refusals = 0;

  constructor(options: DiskFaultsOptions) {
    this.#options = options;
  }

  start(): void {
    const { prng, world, parameters } = this.#options;
    if (parameters.diskFault === 'none') return;
    world.after(prng.int(1, 2 * parameters.diskFaultMsMean), () => {
      if (this.#isStopped) return;
      if (this.#repair === undefined) this.#strike(prng.pick(this.#options.sites.filter(({ starts }) => starts > 0)));
      this.start();
    });
  }

  /** Repairs what is broken; nothing more follows. */
  stop(): void {
    this.#isStopped = true;
    this.#repair?.();
  }

  #strike(site: MemberSite): void {
    const { diskFault } = this.#options.parameters;
    if (diskFault === 'rot') this.#rot(site);
    else this.#fail(site, diskFault === 'fullDisk' ? 'full' : 'failsFlush');
  }

  #fail(site: MemberSite, failure: 'full' | 'failsFlush'): void {
    const { world, checkers } = this.#options;
    world.note(`${site.name} disk ${failure}`);
    this.struck++;
    checkers.mayStop.add(site.id);
    site.disk.fail(failure);
    this.#repairLater(site, () => site.disk.fail(undefined));
  }

  #rot(site: MemberSite): void {
    const { world, checkers, hidesRot } = this.#options;
    if (site.isUp()) site.crash();
    const flips = hidesRot ? this.#hiddenFlips(site) : this.#flips(site);
    const restore = site.disk.backup();
    for (const { path, at, mask } of flips) site.disk.flipByte(path, at, mask);
    if (flips.length > 0) {
      world.note(`${site.name} rot ${flips[0]?.path} at ${flips[0]?.at}`);
      this.struck++;
    }
    checkers.mayStop.add(site.id);
    site.start();
    if (site.isUp()) {
      // Harmless where it hit, and perhaps overwritten by now: there is nothing to put back.
      checkers.mayStop.delete(site.id);
      return;
    }
    this.refusals++;
    const { starts } = site;
    // Once it came up after all, with something newer than the copy, the copy would undo what it acknowledged.
    this.#repairLater(site, () => {
      if (site.starts === starts) restore();
    });
  }

  /** The repaired member starts from cold: what its process believed to be written does not count. */
  #repairLater(site: MemberSite, repair: () => void): void {
    const { world, prng, checkers } = this.#options;
    const finish = () => {
      if (this.#repair !== finish) return;
      this.#repair = undefined;
      world.note(`${site.name} disk repaired`);
      if (site.isUp()) site.crash();
      if (site.disk.failure === 'failsFlush') site.disk.powerOff();
      repair();
      checkers.mayStop.delete(site.id);
      site.start();
    };
    this.#repair = finish;
    world.after(prng.int(1, REPAIR_MS_MAX), finish);
  }

  /** One byte of a closed file of the log, or of any file of the state: what its newest file loses, the log brings back. */
  #flips(site: MemberSite): readonly Flip[] {
    const { prng } = this.#options;
    const log = segmentsAmong(site.disk.list(WAL_DIR)).map(({ name }) => `${WAL_DIR}/${name}`);
    const names = site.disk.list(DATA_DIR).filter((name) => parseName(name) !== undefined);
    const state = ['CURRENT', ...names].map((name) => `${DATA_DIR}/${name}`);
    const files = [...log.slice(0, -1), ...state];
    if (files.length === 0) return [];
    // The last batch of the newest files is where rot and a torn write look alike.
    const isNewest = prng.chance(0.5);
    const path = prng.pick(isNewest ? files.slice(-NEWEST_FILES) : files);
    const file = site.disk.open(path, { create: false });
    const last = Math.max(0, file.size() - 1);
    file.close();
    const at = prng.int(isNewest ? Math.max(0, last - NEWEST_BYTES) : 0, last);
    return [{ path, at, mask: prng.int(1, 255) }];
  }

  /** One byte of a stored value, and the checksum to go with it. */
  #hiddenFlips(site: MemberSite): readonly Flip[] {
    for (const path of closedSegments(site)) {
      const file = site.disk.open(path, { create: false });
      const bytes = file.read(0, file.size());
      file.close();
      for (let at = 0; ; ) {
        const frame = readFrame(bytes, at);
        if (frame === undefined) break;
        if (hasPlainValue(frame)) return flipsOfValue({ path, at, frame, bytes });
        at += frameBytes(frame.payload.length);
      }
    }
    return [];
  }
}

/** All but the last file of the state machine. */
function closedSegments(site: MemberSite): string[] {
  const names = site.disk.list(DATA_DIR).filter((name) => parseName(name) !== undefined);
  return names.slice(0, -1).map((name) => `${DATA_DIR}/${name}`);
}

function hasPlainValue({ type, payload }: Frame): boolean {
  if (type !== RecordType.REVISION) return false;
  const { value, lease, tombstone } = decodeRevision(payload.slice());
  return !tombstone && lease === 0n && value.length > 0;
}

/** The value's last byte is the frame's last byte. */
function flipsOfValue(found: { path: string; at: number; frame: Frame; bytes: Uint8Array }): Flip[] {
  const { path, at, frame, bytes } = found;
  const payload = frame.payload.slice();
  const last = payload.length - 1;
  payload[last] = (payload[last] as number) ^ 1;
  const changed = encodeFrame({ type: frame.type, payload });
  const flips: Flip[] = [];
  for (let i = 0; i < changed.length; i++) {
    const mask = (bytes[at + i] as number) ^ (changed[i] as number);
    if (mask !== 0) flips.push({ path, at: at + i, mask });
  }
  return flips;
}
