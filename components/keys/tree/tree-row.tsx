import { ChevronRight } from 'lucide-react';
import { memo } from 'react';
import type { TreeNode } from '../../../lib/api/types.ts';
import { formatBytes, formatCount } from '../../../lib/format/number.ts';
import { displayBytes } from '../../../lib/keys/wire-bytes.ts';
import { cn } from '../../ui/cn.ts';
import { Mark } from '../../ui/marks.tsx';
import type { GlowMark } from './glow.ts';

export interface TreeRowProps {
  readonly domId: string;
  readonly row: number;
  readonly top: number;
  readonly depth: number;
  readonly position: number;
  readonly siblings: number;
  readonly node: TreeNode | undefined;
  readonly delimiter: string;
  readonly linkOf: (node: TreeNode) => string | undefined;
  readonly isOpen: boolean;
  readonly isOpening: boolean;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly isGone: boolean;
  readonly hasFailed: boolean;
  readonly glowSeq: number;
  readonly glowIsDelete: boolean;
}

const INDENT_PX = 14;
/** Deeper rows are no further to the right, or their names would be out of sight; they say how deep they are instead. */
const INDENT_LEVELS_MAX = 12;

/** One line of the tree. Same height whatever it knows, so nothing moves when its page comes. */
export const TreeRow = memo(function TreeRow(props: TreeRowProps) {
  const { node, depth, isOpen, isActive, isSelected } = props;
  const folder = node?.folder ?? null;
  return (
    <div
      id={props.domId}
      role="treeitem"
      tabIndex={-1}
      data-row={props.row}
      aria-level={depth + 1}
      aria-posinset={props.position}
      aria-setsize={props.siblings}
      aria-expanded={folder === null ? undefined : isOpen}
      aria-selected={isSelected}
      aria-busy={node === undefined || undefined}
      className={cn(
        'group absolute inset-x-0 top-0 flex h-6 items-center gap-1 pr-3 pl-1.5 contain-content',
        isSelected ? 'bg-selected' : 'hover:bg-hover',
        isActive &&
          'shadow-[inset_0_0_0_1px_transparent] group-focus-visible/tree:shadow-[inset_0_0_0_1.5px_var(--focus)]',
      )}
      style={{ transform: `translateY(${props.top}px)` }}
    >
      {props.glowSeq === 0 ? null : <GlowLayer key={props.glowSeq} />}
      <Guides depth={depth} />
      <Chevron hasFolder={folder !== null} isOpen={isOpen} isOpening={props.isOpening} />
      {node === undefined ? (
        <Placeholder row={props.row} hasFailed={props.hasFailed} />
      ) : (
        <Known {...props} node={node} />
      )}
    </div>
  );
});

function GlowLayer() {
  return (
    <>
      <span aria-hidden="true" className="pointer-events-none absolute inset-0 animate-glow motion-reduce:hidden" />
      <span
        aria-hidden="true"
        className="pointer-events-none absolute left-0.5 hidden size-1.5 rounded-full bg-accent motion-reduce:block"
      />
    </>
  );
}

/** One thin line per level, so the eye finds the parent. */
function Guides({ depth }: { readonly depth: number }) {
  const levels = Math.min(depth, INDENT_LEVELS_MAX);
  return (
    <span aria-hidden="true" className="relative flex h-full shrink-0" style={{ width: levels * INDENT_PX }}>
      {[...Array(depth > levels ? levels - 2 : levels).keys()].map((level) => (
        <span key={level} className="absolute inset-y-0 border-l" style={{ left: level * INDENT_PX + 7 }} />
      ))}
      {depth > levels ? (
        <span className="nums absolute inset-y-0 right-1 text-fg-3 text-meta leading-6">{depth}</span>
      ) : null}
    </span>
  );
}

function Chevron({ hasFolder, isOpen, isOpening }: { hasFolder: boolean; isOpen: boolean; isOpening: boolean }) {
  if (!hasFolder) return <span className="w-4 shrink-0" />;
  return (
    <span
      data-toggle=""
      aria-hidden="true"
      className="inline-flex size-4 shrink-0 items-center justify-center text-fg-3"
    >
      <ChevronRight
        className={cn(
          // Only under the pointer: elsewhere it turns because another row took this place.
          'size-3.5 duration-[120ms] group-hover:transition-transform',
          isOpen && 'rotate-90',
          isOpening && 'animate-pulse',
        )}
      />
    </span>
  );
}

/** Widths that differ by row, so that a page to come looks like one. */
const WIDTHS = ['w-24', 'w-36', 'w-20', 'w-32', 'w-28'] as const;

function Placeholder({ row, hasFailed }: { readonly row: number; readonly hasFailed: boolean }) {
  if (hasFailed) return <span className="text-fg-3 text-meta">not loaded</span>;
  return (
    <>
      <span className={cn('bone h-2.5', WIDTHS[row % WIDTHS.length])} />
      <span className="sr-only">Loading</span>
    </>
  );
}

function Known({ node, delimiter, linkOf, isGone }: TreeRowProps & { readonly node: TreeNode }) {
  const { folder, key } = node;
  const isEmptied = folder !== null && folder.keys <= 0;
  return (
    <>
      <a
        href={linkOf(node)}
        tabIndex={-1}
        draggable={false}
        className={cn(
          'mono min-w-0 flex-1 truncate outline-none',
          isGone || isEmptied ? 'text-fg-3 line-through decoration-bad' : 'text-fg',
        )}
      >
        <Name node={node} delimiter={delimiter} />
      </a>
      {isGone ? (
        <span className="shrink-0 text-bad text-meta">− deleted</span>
      ) : key?.lease != null ? (
        <span className="inline-flex shrink-0 items-center text-lease" title={`Disappears with lease ${key.lease}`}>
          <Mark shape="hourglass" />
          <span className="sr-only">leased</span>
        </span>
      ) : null}
      {folder === null ? null : (
        <span className="nums w-14 shrink-0 text-right text-fg-2 text-meta">
          {formatCount(folder.keys)}
          <span className="sr-only"> keys</span>
        </span>
      )}
      <span className="nums w-16 shrink-0 text-right text-fg-3 text-meta @max-[17rem]:hidden">
        {formatBytes(folder === null ? (key?.valueBytes ?? 0) : folder.bytes + (key?.valueBytes ?? 0))}
      </span>
    </>
  );
}

function Name({ node, delimiter }: { readonly node: TreeNode; readonly delimiter: string }) {
  const text = displayBytes(node.name);
  const isBinary = typeof node.name !== 'string';
  return (
    <>
      {text === '' && node.folder === null ? <span className="text-fg-3 italic">(empty name)</span> : text}
      {node.folder === null ? null : <span className="text-fg-3">{displayBytes(delimiter)}</span>}
      {node.folder !== null && node.key !== null ? (
        <span className="ml-1.5 rounded-mark border px-1 font-sans text-[0.6875rem] text-fg-3">also a key</span>
      ) : null}
      {isBinary ? (
        <span
          className="ml-1.5 rounded-mark border px-1 font-sans text-[0.6875rem] text-fg-3"
          title="Not valid UTF-8: other bytes are shown as \xNN"
        >
          bytes
        </span>
      ) : null}
    </>
  );
}

/** Nothing glows. */
export const NO_GLOW: GlowMark = { seq: 0, isDelete: false };
