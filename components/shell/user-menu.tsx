'use client';

import { CircleUser, LogOut } from 'lucide-react';
import { useContext } from 'react';
import { api } from '../../lib/api/client.ts';
import { errorText } from '../../lib/base/error-text.ts';
import { rangeWords } from '../../lib/keys/range-words.ts';
import { MenuContent, MenuItem, MenuLabel } from '../ui/menu.tsx';
import { Menu, MenuTrigger } from '../ui/menu-trigger.tsx';
import { toasts } from '../ui/toast-store.ts';
import { readableWords } from './access-words.ts';
import { startOver } from './query-scope.tsx';
import { StoresContext, useStore } from './use-store.ts';

/** Who is signed in, what the store lets them read, and the way out. Nothing where the store has no users. */
export function UserMenu() {
  const store = useStore();
  const stores = useContext(StoresContext);
  const { access } = store;
  if (access.mode !== 'user') return null;
  const signOut = (): void => {
    api
      .signOut(store.id)
      .then(() => startOver(stores, store.id))
      .catch((cause: unknown) => toasts.add({ text: `Not signed out: ${errorText(cause)}` }));
  };
  return (
    <Menu>
      <MenuTrigger
        aria-label={`Signed in as ${access.user}, ${readableWords(access)}`}
        className="flex h-7 shrink-0 items-center gap-1.5 rounded-control px-2 text-fg-2 transition-colors duration-[120ms] hover:bg-hover hover:text-fg data-[state=open]:bg-hover"
      >
        <CircleUser aria-hidden="true" className="size-4" />
        <span className="max-w-32 truncate max-wide:sr-only">{access.user}</span>
      </MenuTrigger>
      <MenuContent align="end" className="min-w-64!">
        <MenuLabel>
          Signed in to {store.label} as {access.user}
        </MenuLabel>
        <div className="px-2 pb-2 text-fg-2">
          {access.isRoot ? (
            <p>Root: may do everything.</p>
          ) : access.readable === null ? (
            <p>Reads every key.</p>
          ) : access.readable.length === 0 ? (
            <p>No role grants you to read any key.</p>
          ) : (
            <>
              <p>You see these keys only, as if there were no others:</p>
              <ul className="mono mt-1 max-h-48 overflow-auto">
                {access.readable.map((range) => (
                  <li key={rangeWords(range)} className="break-all">
                    {rangeWords(range)}
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
        <MenuItem icon={<LogOut aria-hidden="true" />} onSelect={signOut}>
          Sign out
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
