'use client';

import { useState } from 'react';
import { setBytesParam } from '../../../lib/api/bytes-param.ts';
import type { WireBytes } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { toByteString, utf8Encode } from '../../../lib/base/bytes.ts';
import { plural } from '../../../lib/format/number.ts';
import { nameOf } from '../../../lib/keys/key-tree.ts';
import { byteStringToWire, displayBytes, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { useHref } from '../../shell/use-href.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Link } from '../../ui/link.tsx';
import { foldersOf } from '../tree/key-path.ts';

export interface BreadcrumbProps {
  readonly path: WireBytes;
  readonly isFolder: boolean;
  readonly delimiter: string;
}

/** Of a deeper path, the middle is told by its number of levels until it is asked for, and then is text: nobody follows a thousand links. */
const LINKED_FIRST = 8;
const LINKED_LAST = 8;

/** The path, each part a link to its folder; the last part is what the panel shows. Long paths wrap, and scroll rather than fill the panel. */
export function Breadcrumb({ path, isFolder, delimiter }: BreadcrumbProps) {
  const href = useHref();
  const [isWhole, setWhole] = useState(false);
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
  const isDeep = above.length > LINKED_FIRST + LINKED_LAST + 1;
  const [first, end] = isDeep ? [above.slice(0, LINKED_FIRST), above.slice(-LINKED_LAST)] : [above, []];
  const middle = whole.slice(first.at(-1)?.length, above.at(-LINKED_LAST - 1)?.length) as ByteString;
  const links = (folders: readonly ByteString[]) =>
    folders.map((folder) => {
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
    });
  return (
    <div className="flex min-w-0 items-start gap-1">
      <nav aria-label="Path" className="mono flex max-h-36 min-w-0 flex-wrap items-center overflow-y-auto leading-6">
        {links(first)}
        {isDeep && isWhole ? (
          <span className="break-all text-fg-2">{displayBytes(byteStringToWire(middle))}</span>
        ) : null}
        {isDeep && !isWhole ? (
          <Button variant="ghost" size="small" onClick={() => setWhole(true)}>
            … {plural(above.length - LINKED_FIRST - LINKED_LAST, 'level')} …
          </Button>
        ) : null}
        {links(end)}
        <span className="break-all font-semibold text-fg">
          {displayBytes(byteStringToWire(last)) ||
            (isFolder ? '' : <i className="font-normal text-fg-3">(empty name)</i>)}
          {isFolder ? <span className="font-normal text-fg-3">{slash}</span> : null}
        </span>
      </nav>
      <CopyButton
        text={typeof path === 'string' ? path : path.base64}
        label={`Copy ${isFolder ? 'prefix' : 'key'}${typeof path === 'string' ? '' : ' as base64'}`}
        className="shrink-0"
      />
    </div>
  );
}
