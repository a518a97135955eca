'use client';

import { type KeyboardEvent, useRef, useState } from 'react';
import type { SpaceFolder, SpaceView } from '../../lib/api/space-types.ts';
import { formatBytes, plural } from '../../lib/format/number.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { cn } from '../ui/cn.ts';
import { useWidth } from '../ui/use-width.ts';
import { entryName } from './entry-name.ts';
import { layoutTreemap, type TreemapTile, tileBeside } from './treemap.layout.ts';

export interface TreemapProps {
  readonly view: SpaceView;
  readonly height: number;
  /** Of the view's nodes: the one the table beside points at. */
  readonly chosen: number | null;
  readonly onChoose: (index: number | null) => void;
  readonly onOpen: (node: SpaceFolder) => void;
}

/** What takes the room? One area for each child, its own children inside. Arrow keys go from tile to tile, Enter opens. */
export function Treemap({ view, height, chosen, onChoose, onOpen }: TreemapProps) {
  const { ref, width } = useWidth();
  const tiles = layoutTreemap(view, { by: view.by, width, height });
  const [at, setAt] = useState(0);
  const buttons = useRef<(HTMLButtonElement | null)[]>([]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = tileBeside(tiles, at, event.key);
    if (!event.key.startsWith('Arrow')) return;
    event.preventDefault();
    setAt(next);
    buttons.current[next]?.focus();
  };
  return (
    <div ref={ref} className="relative min-w-0" style={{ height }}>
      {tiles.map((tile, index) => {
        const node = tile.index === null ? null : view.nodes[tile.index];
        return (
          <Tile
            key={node === null || node === undefined ? 'rest' : displayBytes(node.path)}
            ref={(element) => {
              buttons.current[index] = element;
            }}
            tile={tile}
            node={node ?? null}
            view={view}
            isChosen={chosen !== null && tile.index === chosen}
            isTabStop={index === Math.min(at, tiles.length - 1)}
            onChoose={(is) => onChoose(is ? tile.index : null)}
            onFocus={() => setAt(index)}
            onKeyDown={onKeyDown}
            onOpen={onOpen}
          />
        );
      })}
    </div>
  );
}

interface TileProps {
  readonly ref: (element: HTMLButtonElement | null) => void;
  readonly tile: TreemapTile;
  readonly node: SpaceFolder | null;
  readonly view: SpaceView;
  readonly isChosen: boolean;
  readonly isTabStop: boolean;
  readonly onChoose: (is: boolean) => void;
  readonly onFocus: () => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onOpen: (node: SpaceFolder) => void;
}

function Tile({ ref, tile, node, view, isChosen, isTabStop, onChoose, onFocus, onKeyDown, onOpen }: TileProps) {
  const { rest, by } = view;
  const name = node === null ? `${plural(rest.children, 'smaller entry', 'smaller entries')}` : entryName(node);
  const size = sizeOf(node ?? rest, by);
  const isFolder = node?.kind === 'folder';
  return (
    <button
      ref={ref}
      type="button"
      tabIndex={isTabStop ? 0 : -1}
      aria-label={`${name}${isFolder ? ', folder' : ''}, ${size}, ${shareOf(node ?? rest, view)}`}
      aria-disabled={node === null}
      onClick={() => (node === null ? undefined : onOpen(node))}
      onPointerEnter={() => onChoose(true)}
      onPointerLeave={() => onChoose(false)}
      onFocus={() => {
        onFocus();
        onChoose(true);
      }}
      onBlur={() => onChoose(false)}
      onKeyDown={onKeyDown}
      style={{ left: tile.x, top: tile.y, width: tile.width, height: tile.height }}
      className={cn(
        'absolute overflow-hidden rounded-mark border text-left align-top',
        node === null
          ? 'hatched cursor-default border-line'
          : isFolder
            ? 'border-sub-1/40 bg-sub-1/12'
            : 'border-sub-3/40 bg-sub-3/12',
        isChosen && 'border-fg-2 outline outline-fg-2',
      )}
    >
      {tile.hasLabel ? (
        <span
          className={cn('absolute inset-x-1 top-px flex gap-1.5 text-meta', node === null && 'rounded-mark bg-surface')}
        >
          <span className="mono min-w-0 truncate text-fg text-meta">{name}</span>
          <span className="nums shrink-0 text-fg-2">{size}</span>
        </span>
      ) : null}
      {tile.parts.map((part) => (
        <span
          key={part.index}
          aria-hidden="true"
          className="absolute overflow-hidden rounded-mark bg-sub-1/14 px-0.5 text-[11px] text-fg-2 leading-4"
          style={{ left: part.x - tile.x - 1, top: part.y - tile.y - 1, width: part.width, height: part.height }}
        >
          {part.hasLabel && node !== null ? (
            <span className="mono block truncate text-[11px] leading-4">{partName(node, part.index)}</span>
          ) : null}
        </span>
      ))}
    </button>
  );
}

const partName = (node: SpaceFolder, index: number): string => {
  const part = node.parts[index];
  return part === undefined ? '' : entryName(part);
};

const sizeOf = (node: { readonly keys: number; readonly bytes: number }, by: SpaceView['by']): string =>
  by === 'bytes' ? formatBytes(node.bytes) : plural(node.keys, 'key');

/** "12 % of all". */
export function shareOf(node: { readonly keys: number; readonly bytes: number }, { by, ...all }: SpaceView): string {
  const share = all[by] === 0 ? 0 : node[by] / all[by];
  return `${share > 0 && share < 0.01 ? '<1' : Math.round(share * 100)} %`;
}
