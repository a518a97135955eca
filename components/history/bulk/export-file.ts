/** Downloads a prefix as a file; a refusal (a key the format cannot carry) is said, not saved. */
import type { TransferFormat } from '../../../lib/api/bulk-types.ts';
import { setBytesParam } from '../../../lib/api/bytes-param.ts';
import { failureOf } from '../../../lib/api/call.ts';
import { routes } from '../../../lib/api/routes.ts';
import type { WireBytes, WireInt } from '../../../lib/api/types.ts';

export interface ExportAsked {
  readonly storeId: string;
  readonly prefix: WireBytes;
  readonly format: TransferFormat;
  readonly rev: WireInt | null;
}

function exportPath({ storeId, prefix, format, rev }: ExportAsked): string {
  const params = new URLSearchParams({ format });
  setBytesParam(params, 'prefix', prefix);
  if (rev !== null) params.set('rev', rev);
  return `${routes.exportKeys(storeId)}?${params}`;
}

/** @throws ApiFailure when it is refused, or breaks off: then nothing is saved */
export async function downloadExport(asked: ExportAsked): Promise<void> {
  const path = exportPath(asked);
  const response = await fetch(path);
  if (!response.ok) throw await failureOf(response, `GET ${path}`);
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'keys.txt';
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
