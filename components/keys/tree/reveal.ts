'use client';

import { useEffect, useLayoutEffect, useRef } from 'react';
import type { ByteString } from '../../../lib/base/bytes.ts';
import type { TreeController } from './tree-controller.ts';
import type { useRowScroller } from './use-row-scroller.ts';
import type { Tree } from './use-tree.ts';

/** How often the tree may change under a selection that it does not hold yet, until the search for it ends. */
const TRIES_MAX = 8;

export interface RevealProps {
  readonly tree: Tree;
  /** Grows when the tree changed. */
  readonly version: number;
  readonly selectedPath: { readonly path: ByteString; readonly isFolder: boolean };
  readonly scroll: ReturnType<typeof useRowScroller>;
  readonly onRow: (row: number) => void;
}

interface Search {
  readonly controller: TreeController;
  readonly path: ByteString;
  readonly isFolder: boolean;
  triesLeft: number;
  isRunning: boolean;
}

/**
 * Opens the folders above a selection that came from elsewhere (a link, Back, the palette) and scrolls to it, once. A key
 * that was just created is selected before its change has come over the stream, so the search goes on as the tree changes. Draws nothing.
 */
export function Reveal(options: RevealProps): null {
  const latest = useRef(options);
  const search = useRef<Search | null>(null);
  useLayoutEffect(() => {
    latest.current = options;
  });
  const { version } = options;
  const { controller } = options.tree;
  const { path, isFolder } = options.selectedPath;
  useEffect(() => {
    const before = search.current;
    const isSame = before?.controller === controller && before.path === path && before.isFolder === isFolder;
    const mine = isSame ? before : { controller, path, isFolder, triesLeft: TRIES_MAX, isRunning: false };
    search.current = mine;
    if (version >= 0 && !mine.isRunning) void run(mine, () => (search.current === mine ? latest.current : null));
  }, [controller, path, isFolder, version]);
  useEffect(
    () => () => {
      search.current = null;
    },
    [],
  );
  return null;
}

/** `now` answers null when another selection took over. */
async function run(mine: Search, now: () => RevealProps | null): Promise<void> {
  mine.isRunning = true;
  await mine.controller.whenReady();
  while (mine.triesLeft > 0) {
    const seen = now()?.version;
    if (seen === undefined) break;
    mine.triesLeft--;
    const row = await mine.controller.reveal(mine.path, mine.isFolder);
    const present = now();
    if (present === null) break;
    if (row !== undefined) {
      mine.triesLeft = 0;
      show(row, present);
    } else if (present.version === seen) break;
  }
  mine.isRunning = false;
}

function show(row: number, { scroll, onRow }: RevealProps): void {
  onRow(row);
  if (row < scroll.first + 12 || row > scroll.last - 12) scroll.scrollToRow(row, 'center');
}
