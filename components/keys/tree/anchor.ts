'use client';

import { useLayoutEffect, useRef } from 'react';
import type { ByteString } from '../../../lib/base/bytes.ts';
import type { RowScroller } from './use-row-scroller.ts';
import type { Tree } from './use-tree.ts';

export interface AnchorProps {
  readonly tree: Tree;
  /** Grows when the tree changed. */
  readonly version: number;
  readonly scroll: RowScroller;
  /** Where the pointer is above the list, in px from the list's top; null elsewhere. */
  readonly pointer: { readonly current: number | null };
}

/** Keeps the row under the pointer, else the first one on screen, where it is when rows above it come or go. Draws nothing. */
export function Anchor({ tree, version, scroll, pointer }: AnchorProps): null {
  const { model } = tree.controller;
  const anchor = useRef<{ id: ByteString; row: number } | null>(null);
  const seen = useRef(version);
  useLayoutEffect(() => {
    if (seen.current !== version) {
      seen.current = version;
      const before = anchor.current;
      const row = before === null ? undefined : model.rowOfId(before.id);
      if (
        before !== null &&
        row !== undefined &&
        row !== before.row &&
        !(scroll.isAtTop() && pointer.current === null)
      ) {
        scroll.shiftRows(row - before.row);
      }
    }
    const id = model.rowAt(scroll.rowUnder(pointer.current ?? 0))?.id ?? null;
    const row = id === null ? undefined : model.rowOfId(id);
    anchor.current = id === null || row === undefined ? null : { id, row };
  });
  return null;
}
