/**
 * One buffer for the whole process into which a flush writes its frames. What leaves is a copy of exactly the bytes
 * written: an idle connection holds no output buffer, and a flush of 100 bytes does not cost 64 KiB of garbage.
 */
/** Several of the longest frames. */
const SCRATCH_BYTES = 64 * 1024;
const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

export interface ByteTarget {
  write(bytes: Buffer): boolean;
}

/** Between begin() and end() nobody else may use it: flushes never nest. */
export const scratchWriter = {
  bytes: scratch,
  at: 0,

  /** Makes room for one frame at `at`; advance `at` afterwards. */
  reserve(count: number, target: ByteTarget): void {
    if (this.at + count > SCRATCH_BYTES) this.spill(target);
  },

  copy(bytes: Uint8Array, target: ByteTarget): void {
    this.reserve(bytes.length, target);
    scratch.set(bytes, this.at);
    this.at += bytes.length;
  },

  spill(target: ByteTarget): void {
    if (this.at === 0) return;
    target.write(Buffer.from(scratch.subarray(0, this.at)));
    this.at = 0;
  },
};
