/** What stops a member: its own durable state cannot be read. Names the file, the place and the way out. */

const REMEDY =
  'nothing was changed; put the file back from a copy, or remove this member from the cluster, delete its data ' +
  'directory and add it again so that it receives a snapshot from the others';

/** Whole, and not for this program or this member. `message` is one line with the remedy. */
export class ForeignSegmentError extends Error {
  override readonly name = 'ForeignSegmentError';
}

export class DamagedSegmentError extends Error {
  override readonly name = 'DamagedSegmentError';
  readonly path: string;
  readonly offset: number;

  constructor(place: { readonly path: string; readonly offset: number }, what: string, cause?: unknown) {
    super(`${place.path} is damaged at offset ${place.offset}: ${what}; ${REMEDY}`, { cause });
    this.path = place.path;
    this.offset = place.offset;
  }
}
