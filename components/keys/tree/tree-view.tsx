'use client';

import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import type { TreeNode, WireBytes } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { displayBytes } from '../../../lib/keys/wire-bytes.ts';
import { aheadOfTrouble, later } from '../../shell/later.tsx';
import { ROW_PX } from '../../ui/row-size.ts';
import type { TreeRow as Row } from './tree-model.ts';
import { moveOf } from './tree-moves.ts';
import { NO_GLOW, TreeRow } from './tree-row.tsx';
import { useRowScroller } from './use-row-scroller.ts';
import { type Tree, useTreeVersion } from './use-tree.ts';

const JumpBox = later(() => import('./jump-box.tsx').then((module) => module.JumpBox));
const Anchor = later(() => import('./anchor.ts').then((module) => module.Anchor));
const Reveal = aheadOfTrouble(() => import('./reveal.ts').then((module) => module.Reveal));
const WaitingChip = aheadOfTrouble(() => import('./tree-notes.tsx').then((module) => module.WaitingChip));

export interface TreeViewProps {
  readonly tree: Tree;
  /** The row of the open key or folder, without trailing delimiter. */
  readonly selectedId: ByteString | null;
  /** Shows the row of `selectedId` when it is not on screen; `isFolder` tells which of two of the same name is meant. */
  readonly selectedPath: { readonly path: ByteString; readonly isFolder: boolean } | null;
  readonly onOpenKey: (key: WireBytes) => void;
  readonly onOpenFolder: (prefix: WireBytes) => void;
  /** Where a name leads, for opening in another tab. The same function as long as the answers are the same. */
  readonly linkOf: (node: TreeNode) => string | undefined;
  /** Wraps the list in the right-click menu of its rows. */
  readonly wrap: (list: ReactNode, rowAt: (row: number) => Row | undefined) => ReactNode;
}

export function TreeView(props: TreeViewProps) {
  const { tree, selectedId, onOpenKey, onOpenFolder } = props;
  const { controller, glow } = tree;
  const { model } = controller;
  const version = useTreeVersion(tree);
  const id = useId();
  const [active, setActive] = useState<{ row: number; id: ByteString | undefined }>({ row: 0, id: undefined });
  const [jump, setJump] = useState<string | null>(null);
  const scroll = useRowScroller(model.rowCount, ROW_PX);
  /** Where the pointer is above the list, in px from the list's top; null elsewhere. */
  const pointer = useRef<number | null>(null);
  const { first, last } = scroll;

  const activeRow =
    (active.id === undefined ? undefined : model.rowOfId(active.id)) ?? Math.min(active.row, model.rowCount - 1);

  useEffect(() => {
    // `version` is a reason to look again: pages may have been dropped or rows may have moved.
    if (version >= 0) controller.show(first, last);
  }, [controller, first, last, version]);

  const goTo = (row: number): void => {
    const clamped = Math.max(0, Math.min(row, model.rowCount - 1));
    setActive({ row: clamped, id: model.rowAt(clamped)?.id });
    scroll.scrollToRow(clamped, 'nearest');
  };
  const openRow = (row: Row): void => {
    if (row.node?.key != null) onOpenKey(row.node.key.key);
    else if (row.node?.folder != null) {
      onOpenFolder(row.node.folder.path);
      void controller.toggle(row.folder, row.index);
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget || event.metaKey || event.ctrlKey || event.altKey) return;
    const at = model.rowAt(activeRow);
    const pageRows = Math.max(1, last - first - 24);
    const move = moveOf(event.key, { model, row: activeRow, pageRows });
    if (move === null) {
      if (event.key !== 'f') return;
      setJump('');
    } else if (move.kind === 'go') goTo(move.row);
    else if (at !== undefined && move.kind === 'toggle') void controller.toggle(at.folder, at.index);
    else if (at !== undefined && move.kind === 'open') openRow(at);
    event.preventDefault();
  };
  const onClick = (event: MouseEvent<HTMLDivElement>): void => {
    const target = event.target as HTMLElement;
    const rowElement = target.closest<HTMLElement>('[data-row]');
    if (rowElement === null || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    const row = Number(rowElement.dataset.row);
    const at = model.rowAt(row);
    if (at === undefined) return;
    goTo(row);
    event.currentTarget.focus({ preventScroll: true });
    if (target.closest('[data-toggle]') !== null) void controller.toggle(at.folder, at.index);
    else openRow(at);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    pointer.current = event.clientY - event.currentTarget.getBoundingClientRect().top;
  };
  const jumpTo = async (text: ByteString): Promise<boolean> => {
    const at = model.rowAt(activeRow);
    if (at === undefined) return false;
    const located = await controller.locateSort(at.folder, text);
    if (located === undefined || located.index >= at.folder.total) return false;
    const row = model.rowOf(at.folder, located.index);
    goTo(row);
    // Not 'nearest': the last row on screen lies below the box one types in.
    scroll.scrollToRow(row, 'center');
    return true;
  };

  const now = performance.now();
  const rows: ReactNode[] = [];
  for (let row = first; row <= last; row++) {
    const at = model.rowAt(row);
    if (at === undefined) break;
    const mark = at.id === undefined || at.isOpen ? NO_GLOW : (glow.of(at.id, now) ?? NO_GLOW);
    rows.push(
      <TreeRow
        // What a row that leaves was drawn with serves one that comes; but a glow stays with its key, and fades with it.
        key={mark.seq === 0 ? row % scroll.slots : `k${at.id}`}
        domId={`${id}-${row}`}
        row={row}
        top={scroll.topOf(row)}
        depth={at.depth}
        position={at.index + 1}
        siblings={at.folder.total}
        node={at.node}
        delimiter={displayBytes(model.delimiter)}
        linkOf={props.linkOf}
        isOpen={at.isOpen}
        isOpening={controller.isOpening(at.folder, at.index)}
        isActive={row === activeRow}
        isSelected={at.id !== undefined && at.id === selectedId}
        isGone={at.id !== undefined && model.live.gone.has(at.id)}
        hasFailed={controller.failure !== null}
        glowSeq={mark.seq}
        glowIsDelete={mark.isDelete}
      />,
    );
  }
  const list = (
    <div
      ref={scroll.scroller}
      role="tree"
      aria-label="Keys"
      aria-busy={!controller.isReady}
      aria-activedescendant={model.rowCount === 0 ? undefined : `${id}-${activeRow}`}
      tabIndex={0}
      data-focus-inset=""
      onScroll={scroll.onScroll}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onPointerMove={onPointerMove}
      onPointerEnter={() => controller.hold(true)}
      onPointerLeave={() => {
        pointer.current = null;
        controller.hold(false);
      }}
      className="group/tree @container relative min-h-0 flex-1 overflow-y-auto overflow-x-hidden"
    >
      <div role="presentation" className="relative" style={{ height: scroll.spacerPx }}>
        {rows}
      </div>
    </div>
  );
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <Anchor {...{ tree, version, scroll, pointer }} />
      {props.selectedPath === null ? null : (
        <Reveal
          {...{ tree, version, scroll }}
          selectedPath={props.selectedPath}
          onRow={(row) => setActive({ row, id: model.rowAt(row)?.id })}
        />
      )}
      {model.live.isWaiting ? <WaitingChip controller={controller} /> : null}
      {props.wrap(list, (row) => model.rowAt(row))}
      {jump === null ? null : (
        <JumpBox
          isWanted
          onJump={jumpTo}
          onDone={() => {
            setJump(null);
            scroll.scroller.current?.focus({ preventScroll: true });
          }}
        />
      )}
    </div>
  );
}
