/** Folders, and the acts on keys and leases, as commands: what an operator would type to do the same. Keys: shell/links.tsx. */

import { setBytesParam } from '../../lib/api/bytes-param.ts';
import { routes } from '../../lib/api/routes.ts';
import type { LeaseChoice, StoreSummary, WireBytes, WireHexId, WireInt } from '../../lib/api/types.ts';
import { ARGUMENT_CHARS_MAX, curl, etcdctl } from '../../lib/format/commands.ts';
import { fromWire } from '../../lib/keys/wire-bytes.ts';
import type { CopyAsForms } from '../ui/copy-as.tsx';

const origin = (): string => (typeof location === 'undefined' ? '' : location.origin);

export function folderCopyForms(store: StoreSummary, prefix: WireBytes, rev: WireInt | null): CopyAsForms {
  return {
    etcdctl: () => etcdctl(store.endpoints, ['get', prefix], ['--prefix', ...(rev === null ? [] : [`--rev=${rev}`])]),
    curl: () => {
      const params = new URLSearchParams();
      setBytesParam(params, 'prefix', prefix);
      if (rev !== null) params.set('rev', rev);
      return curl(`${origin()}${routes.children(store.id)}?${params}`);
    },
    more: { 'prefix alone': () => (typeof prefix === 'string' ? prefix : prefix.base64) },
  };
}

/** A call of the console's API, as the button makes it: guarded, with its body. */
export const apiCall = (path: string, method: 'PUT' | 'POST', json: unknown): string =>
  curl(`${origin()}${path}`, { method, json });

/** The put that the save button makes; `etcdctl put` cannot guard, so the guarded form is the curl one. */
export function putCommand(
  store: StoreSummary,
  put: { readonly key: WireBytes; readonly value: WireBytes; readonly lease: LeaseChoice; readonly hasLease: boolean },
): string {
  const lease = leaseFlags(put.lease, put.hasLease);
  const bytes = fromWire(put.value);
  if (bytes.length <= ARGUMENT_CHARS_MAX && !bytes.includes(0)) {
    return etcdctl(store.endpoints, ['put', put.key, put.value], lease);
  }
  const command = etcdctl(store.endpoints, ['put', put.key], lease);
  return command.startsWith('#') ? command : `printf '${printfText(bytes)}' | ${command}`;
}

/** What the shell's printf makes these bytes of, within single quotes. */
function printfText(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x25 && byte !== 0x27 && byte !== 0x5c;
    out += isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return out;
}

function leaseFlags(lease: LeaseChoice, hasLease: boolean): readonly string[] {
  if (lease.mode === 'attach') return [`--lease=${lease.id}`];
  return lease.mode === 'keep' && hasLease ? ['--ignore-lease'] : [];
}

export const deleteCommand = (
  store: StoreSummary,
  target: { readonly path: WireBytes; readonly isFolder: boolean },
): string => etcdctl(store.endpoints, ['del', target.path], target.isFolder ? ['--prefix'] : []);

export const leaseCommand = (
  store: StoreSummary,
  verb: 'timetolive' | 'revoke' | 'keep-alive',
  id: WireHexId,
): string => `${etcdctl(store.endpoints, ['lease'])} ${verb} ${id}${verb === 'timetolive' ? ' --keys' : ''}`;
