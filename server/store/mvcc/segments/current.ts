/**
 * The CURRENT file: the number of the incarnation whose segments are the state. A snapshot is restored into the next
 * incarnation and becomes the state when this file is replaced, which is atomic: a crash leaves the old or the new.
 *
 *   quorate-state <incarnation> <crc32c of what stands before, 8 hex digits>\n
 */
import { utf8Decode, utf8Encode } from '../../../../lib/base/bytes.ts';
import { crc32c } from '../../../../lib/base/crc32c.ts';
import type { Disk } from '../../ports/disk.ts';
import { DamagedSegmentError } from './damage.ts';
import { TEMPORARY_SUFFIX } from './segment-file.ts';

const CURRENT = 'CURRENT';
const LENGTH_MAX = 100;

const checksum = (text: string): string => crc32c(utf8Encode(text)).toString(16).padStart(8, '0');

/** Undefined in a fresh directory. @throws DamagedSegmentError */
export function readCurrent(disk: Disk, dir: string): number | undefined {
  const path = `${dir}/${CURRENT}`;
  if (!disk.exists(path)) return undefined;
  const file = disk.open(path, { create: false });
  const text = utf8Decode(file.read(0, LENGTH_MAX)) ?? '';
  file.close();
  const parts = /^(quorate-state (\d+)) ([0-9a-f]{8})\n$/.exec(text);
  if (parts === null || checksum(parts[1] as string) !== parts[3]) {
    throw new DamagedSegmentError({ path, offset: 0 }, 'it does not name the current state');
  }
  return Number(parts[2]);
}

/** Durable when it returns. @throws DiskError */
export function writeCurrent(disk: Disk, dir: string, incarnation: number): void {
  const path = `${dir}/${CURRENT}`;
  const temporary = path + TEMPORARY_SUFFIX;
  if (disk.exists(temporary)) disk.remove(temporary);
  const text = `quorate-state ${incarnation}`;
  const file = disk.open(temporary, { create: true });
  file.write(0, utf8Encode(`${text} ${checksum(text)}\n`));
  file.flushSync();
  file.close();
  disk.rename(temporary, path);
  disk.flushDirectory(dir);
}
