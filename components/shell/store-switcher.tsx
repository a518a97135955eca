'use client';

import { ChevronsUpDown } from 'lucide-react';
import { Menu, MenuTrigger } from '../ui/menu-trigger.tsx';
import { later } from './later.tsx';
import { Logo } from './logo.tsx';
import { StoreSwatch } from './store-swatch.tsx';
import { useStore } from './use-store.ts';

const StoreMenu = later(() => import('./store-menu.tsx').then((module) => module.StoreMenu));

/** Which store this tab looks at: its name, and the others a click away. */
export function StoreSwitcher() {
  const store = useStore();
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
      <StoreMenu />
    </Menu>
  );
}
