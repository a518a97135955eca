/** Where a key press leads in the tree (WAI-ARIA tree pattern, and j k h l). */
import type { TreeModel } from './tree-model.ts';

export type Move =
  | { readonly kind: 'go'; readonly row: number }
  | { readonly kind: 'toggle' }
  | { readonly kind: 'open' };

export interface MoveFrom {
  readonly model: TreeModel;
  readonly row: number;
  readonly pageRows: number;
}

/** Null when the key means nothing here. */
export function moveOf(key: string, { model, row, pageRows }: MoveFrom): Move | null {
  const at = model.rowAt(row);
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return { kind: 'go', row: row + 1 };
    case 'ArrowUp':
    case 'k':
      return { kind: 'go', row: row - 1 };
    case 'PageDown':
      return { kind: 'go', row: row + pageRows };
    case 'PageUp':
      return { kind: 'go', row: row - pageRows };
    case 'Home':
      return { kind: 'go', row: 0 };
    case 'End':
      return { kind: 'go', row: model.rowCount - 1 };
    case 'ArrowRight':
    case 'l':
      if (at?.node?.folder == null) return { kind: 'go', row };
      return at.isOpen ? { kind: 'go', row: row + 1 } : { kind: 'toggle' };
    case 'ArrowLeft':
    case 'h':
      if (at === undefined) return { kind: 'go', row };
      if (at.isOpen) return { kind: 'toggle' };
      if (at.folder.parent === null) return { kind: 'go', row };
      return { kind: 'go', row: model.rowOf(at.folder.parent, at.folder.index) };
    case 'Enter':
      return { kind: 'open' };
    case ' ':
      return at?.node?.folder == null ? { kind: 'open' } : { kind: 'toggle' };
    default:
      return null;
  }
}
