'use client';

import { useRouter } from 'next/navigation';
import { MenuContent, MenuItem, MenuLabel, MenuRadioItem, MenuSeparator } from '../ui/menu.tsx';
import { accessWord } from './access-words.ts';
import { StoreSwatch } from './store-swatch.tsx';
import { useHref } from './use-href.ts';
import { useStore, useStores } from './use-store.ts';

/** The stores of this console, to choose from. */
export function StoreMenu() {
  const store = useStore();
  const { stores, choose } = useStores();
  const router = useRouter();
  const href = useHref();
  return (
    <MenuContent className="min-w-72!">
      <MenuLabel>Stores of this console</MenuLabel>
      {stores.map((one) => (
        <MenuRadioItem key={one.id} isChecked={one.id === store.id} onSelect={() => choose(one.id)}>
          <span className="min-w-0">
            <span className="block truncate font-medium">
              <StoreSwatch colour={one.colour} className="mr-1.5 align-[-1px]" />
              {one.label}
              <span className="ml-2 font-normal text-fg-3">
                {one.kind === 'bundled' ? 'bundled' : 'external'}
                {one.readOnly ? ' · read-only' : ''}
                {one.access.mode === 'open' ? '' : ` · ${accessWord(one.access)}`}
              </span>
            </span>
            <span className="mono block truncate text-fg-3">{one.endpoints.join(', ')}</span>
          </span>
        </MenuRadioItem>
      ))}
      <MenuSeparator />
      <MenuItem shortcut="g b" onSelect={() => router.push(href('/stores', { rev: null }))}>
        How all stores are
      </MenuItem>
    </MenuContent>
  );
}
