'use client';

import { ChevronsUpDown } from 'lucide-react';
import { useRouter } from 'next/navigation';
import {
  Menu,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuRadioGroup,
  MenuRadioItem,
  MenuSeparator,
  MenuTrigger,
} from '../ui/menu.tsx';
import { accessWord } from './access-words.ts';
import { StoreSwatch } from './store-swatch.tsx';
import { useHref } from './use-href.ts';
import { useStore, useStores } from './use-store.ts';

/** Which store this tab looks at: its name, and the others a click away. */
export function StoreSwitcher() {
  const store = useStore();
  const { stores, choose } = useStores();
  const router = useRouter();
  const href = useHref();
  return (
    <Menu>
      <MenuTrigger
        aria-label={`Store ${store.label}. Choose another store`}
        className="flex h-full w-[3.25rem] shrink-0 items-center justify-center gap-2 border-r px-3 outline-offset-[-2px] transition-colors duration-[120ms] hover:bg-hover data-[state=open]:bg-hover wide:w-48 wide:justify-start"
      >
        <Logo />
        <StoreSwatch colour={store.colour} className="max-wide:hidden" />
        <span className="min-w-0 flex-1 truncate text-left font-semibold max-wide:sr-only">{store.label}</span>
        <ChevronsUpDown aria-hidden="true" className="size-3.5 text-fg-3 max-wide:hidden" />
      </MenuTrigger>
      <MenuContent className="min-w-72">
        <MenuLabel>Stores of this console</MenuLabel>
        <MenuRadioGroup value={store.id} onValueChange={choose}>
          {stores.map((one) => (
            <MenuRadioItem key={one.id} value={one.id}>
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
        </MenuRadioGroup>
        <MenuSeparator />
        <MenuItem shortcut="g b" onSelect={() => router.push(href('/stores', { rev: null }))}>
          How all stores are
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}

/** Three members, one of them leading. */
export function Logo() {
  return (
    <span className="inline-flex size-5 shrink-0 items-center justify-center rounded-control bg-accent-fill text-on-fill">
      <svg aria-hidden="true" viewBox="0 0 16 16" className="size-3.5">
        <path d="M8 3.2 3 11.8h10z" fill="none" stroke="currentColor" strokeWidth="1.2" strokeLinejoin="round" />
        <circle cx="8" cy="3.4" r="2.4" fill="currentColor" />
        <circle cx="3" cy="11.8" r="1.9" fill="currentColor" />
        <circle cx="13" cy="11.8" r="1.9" fill="currentColor" />
      </svg>
    </span>
  );
}
