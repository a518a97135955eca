'use client';

import type { DeleteTarget, WireBytes } from '../../lib/api/types.ts';
import { listKeys } from '../shell/keymap.ts';
import { listMove } from '../shell/list-move.ts';
import { QueryScope } from '../shell/query-scope.tsx';
import { useBindings } from '../shell/use-bindings.ts';
import { DeleteDialog } from './delete/delete-dialog.tsx';
import { CreateDialog } from './edit/create-dialog.tsx';
import { FolderPanel, type FolderPanelProps } from './panel/folder-panel.tsx';
import { KeyPanel, type KeyPanelProps } from './panel/key-panel.tsx';
import { useUndo } from './use-undo.ts';

/** What of the Keys page comes after the tree: the open key or folder, and the dialogs. They read through queries, the tree does not. */
export const KeyPart = (props: Omit<KeyPanelProps, 'onSaved'>) => (
  <QueryScope>
    <OpenKey {...props} />
  </QueryScope>
);

const OpenKey = (props: Omit<KeyPanelProps, 'onSaved'>) => <KeyPanel {...props} onSaved={useUndo().saved} />;

export const FolderPart = (props: FolderPanelProps) => (
  <QueryScope>
    <FolderPanel {...props} />
  </QueryScope>
);

export interface KeysDialogsProps {
  /** The folder a key is created in; null: none is. */
  readonly createIn: WireBytes | null;
  readonly deleting: DeleteTarget | null;
  readonly onCreateEnd: () => void;
  readonly onDeleteEnd: () => void;
  readonly onOpen: (key: WireBytes) => void;
}

export const KeysDialogs = (props: KeysDialogsProps) => (
  <QueryScope>
    <Dialogs {...props} />
  </QueryScope>
);

function Dialogs({ createIn, deleting, onCreateEnd, onDeleteEnd, onOpen }: KeysDialogsProps) {
  const undo = useUndo();
  // Told, not done: the tree has its own ears.
  useBindings([
    listMove('keys.move', 'Next and previous row'),
    listKeys('keys.fold', ['l', 'h'], 'Open and close a folder'),
    listKeys('keys.open', 'Enter', 'Open the key'),
    listKeys('keys.jump', 'f', 'Jump to a name in this folder'),
  ]);
  return (
    <>
      <CreateDialog
        isOpen={createIn !== null}
        prefix={createIn ?? ''}
        onClose={onCreateEnd}
        onCreated={(created) => {
          undo.saved(created);
          onOpen(created.draft.key);
        }}
        onShow={(key) => {
          onCreateEnd();
          onOpen(key);
        }}
      />
      <DeleteDialog target={deleting} onClose={onDeleteEnd} onDeleted={undo.deleted} />
    </>
  );
}
