'use client';

import { setBytesParam } from '../../../lib/api/routes.ts';
import type { WireBytes } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { toByteString, utf8Encode } from '../../../lib/base/bytes.ts';
import { nameOf } from '../../../lib/keys/key-tree.ts';
import { byteStringToWire, displayBytes, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { useHref } from '../../shell/use-href.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Link } from '../../ui/link.tsx';
import { foldersOf } from '../tree/key-path.ts';

export interface BreadcrumbProps {
  readonly path: WireBytes;
  readonly isFolder: boolean;
  readonly delimiter: string;
}

/** The path, each part a link to its folder; the last part is what the panel shows. Long paths wrap, nothing is hidden. */
export function Breadcrumb({ path, isFolder, delimiter }: BreadcrumbProps) {
  const href = useHref();
  const whole = wireToByteString(path);
  const cut = toByteString(utf8Encode(delimiter));
  const above = foldersOf(whole, cut).filter((folder) => !(isFolder && folder === whole));
  const last = isFolder ? nameOf(whole, cut) : (whole.slice((above.at(-1) ?? '').length) as ByteString);
  const toFolder = (folder: ByteString): string => {
    const params = new URLSearchParams();
    setBytesParam(params, 'prefix', byteStringToWire(folder));
    if (delimiter !== '/') params.set('d', delimiter === '' ? 'none' : delimiter);
    return href('/keys', params);
  };
  const slash = displayBytes(delimiter);
  return (
    <nav aria-label="Path" className="mono flex min-w-0 flex-wrap items-center leading-6">
      {above.map((folder) => {
        const name = displayBytes(byteStringToWire(nameOf(folder, cut)));
        return (
          <Link
            key={folder}
            href={toFolder(folder)}
            aria-label={`Folder ${displayBytes(byteStringToWire(folder))}`}
            className="group/part break-all rounded-mark text-fg-2 hover:text-accent"
          >
            <span className="group-hover/part:underline">{name}</span>
            <span className="px-px text-fg-3">{slash}</span>
          </Link>
        );
      })}
      <span className="break-all font-semibold text-fg">
        {displayBytes(byteStringToWire(last)) ||
          (isFolder ? '' : <i className="font-normal text-fg-3">(empty name)</i>)}
        {isFolder ? <span className="font-normal text-fg-3">{slash}</span> : null}
      </span>
      <CopyButton text={displayBytes(path)} label={isFolder ? 'Copy prefix' : 'Copy key'} className="ml-1" />
    </nav>
  );
}
