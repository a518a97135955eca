/** A list of changes as newline-delimited JSON: one change a line as the API sends it, a gap as `{"gap":{…}}`. */
import type { ChangeRow } from '../../lib/live/change-ring.ts';

export function toNdjson(rows: readonly ChangeRow[]): string {
  return rows
    .map((row) => {
      if (row.kind === 'change') return `${JSON.stringify(row.event)}\n`;
      return `${JSON.stringify({ gap: { from: row.from, to: row.to, reason: row.reason } })}\n`;
    })
    .join('');
}

/** Hands `text` to the browser as a file. */
export function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
