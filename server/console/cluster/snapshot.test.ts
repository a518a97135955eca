/** A snapshot on its way through the console: whatever its parts are, it ends well only when its checksum fits. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ClusterView } from '../../../lib/api/types.ts';
import type { MaintenanceCapability, SnapshotPart } from '../../engines/engine.ts';
import { Maintenance, type MaintenanceWorld } from './maintenance.ts';

const member = { id: 'a', name: 'm1', endpoint: 'm1:1' };

/** Of a member that sends the file in parts of these lengths, and then the rest. */
function maintenanceOf(file: Uint8Array, lengths: readonly number[]): Maintenance {
  async function* snapshot(): AsyncGenerator<SnapshotPart> {
    let at = 0;
    for (const length of [...lengths, file.length]) {
      const bytes = file.subarray(at, at + length);
      at += bytes.length;
      yield { bytes, remaining: file.length - at };
      if (at === file.length) return;
    }
  }
  const maintenance: Pick<MaintenanceCapability, 'snapshot'> = { snapshot };
  const world = { maintenance, readOnly: false, view: () => ({ members: [member] }) as unknown as ClusterView };
  // A snapshot asks for no more of its world.
  return new Maintenance(world as unknown as MaintenanceWorld);
}

async function received(file: Uint8Array, lengths: readonly number[]): Promise<Uint8Array> {
  const { body, bytes } = await maintenanceOf(file, lengths).snapshot('a', new AbortController().signal);
  expect(bytes).toBe(file.length);
  return new Uint8Array(await new Response(body).arrayBuffer());
}

const withChecksum = (content: Uint8Array): Uint8Array =>
  new Uint8Array(Buffer.concat([content, createHash('sha256').update(content).digest()]));

const parts = fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 12 });

test('every byte arrives, however the file is cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), parts, async (content, lengths) => {
      const file = withChecksum(content);
      expect(Buffer.from(await received(file, lengths)).equals(file)).toBe(true);
    }),
  );
});

test('a file with one bit turned, cut short or too long breaks off', async () => {
  const damaged = fc.oneof(
    fc.nat().map((at) => (file: Uint8Array) => file.map((byte, i) => (i === at % file.length ? byte ^ 1 : byte))),
    fc.integer({ min: 1, max: 31 }).map((cut) => (file: Uint8Array) => file.subarray(0, file.length - cut)),
    fc.constant((file: Uint8Array) => Uint8Array.of(...file, 0)),
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), parts, damaged, async (content, lengths, damage) => {
      const file = damage(withChecksum(content));
      await expect(received(file, lengths)).rejects.toMatchObject({
        message: 'the snapshot does not fit its checksum',
      });
    }),
  );
});
