'use client';

import { Dialog, DialogContent } from '../ui/dialog.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { BINDING_GROUPS, type Binding, keysOf, keysShown } from './keymap.ts';
import { useKeymap } from './use-bindings.ts';

export interface ShortcutSheetProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** What works here now, made from the registry itself. */
export function ShortcutSheet({ isOpen, onClose }: ShortcutSheetProps) {
  const bindings = useKeymap().filter((one) => keysOf(one).length > 0);
  return (
    <Dialog open={isOpen} onClose={onClose}>
      <DialogContent title="Keyboard shortcuts" description="What works on this page now." size="medium">
        <div className="gap-x-8 narrow:columns-2">
          {BINDING_GROUPS.map((group) => {
            const members = bindings.filter((one) => one.group === group);
            return members.length === 0 ? null : (
              <section key={group} className="mb-4 break-inside-avoid">
                <h3 className="mb-1 text-fg-3 text-meta">{group}</h3>
                <dl>
                  {members.map((one) => (
                    <Row key={one.id} binding={one} />
                  ))}
                </dl>
              </section>
            );
          })}
        </div>
      </DialogContent>
    </Dialog>
  );
}

function Row({ binding }: { readonly binding: Binding }) {
  return (
    <div className="flex h-7 items-center justify-between gap-4 border-b last:border-b-0">
      <dt className="truncate">{binding.title}</dt>
      <dd className="flex items-center gap-2">
        {keysShown(binding).map((keys, index) => (
          <span key={keys} className="inline-flex items-center gap-2">
            {index === 0 ? null : <span className="text-fg-3 text-meta">or</span>}
            <Kbd keys={keys} />
          </span>
        ))}
      </dd>
    </div>
  );
}
