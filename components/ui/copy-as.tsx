'use client';

import { Copy } from 'lucide-react';
import { Button } from './button.tsx';
import { useCopy } from './copy-button.tsx';
import { MenuContent, MenuItem, MenuLabel } from './menu.tsx';
import { Menu, MenuTrigger } from './menu-trigger.tsx';

/** The same act or object in other tongues. Each is made when asked for. */
export interface CopyAsForms {
  readonly etcdctl?: () => string;
  readonly curl?: () => string;
  readonly json?: () => string;
  /** Further forms by their own name, e.g. { 'Link to this revision': … }. */
  readonly more?: Readonly<Record<string, () => string>>;
}

function entries(forms: CopyAsForms): readonly (readonly [string, () => string])[] {
  const list: [string, () => string][] = [];
  if (forms.etcdctl !== undefined) list.push(['etcdctl command', forms.etcdctl]);
  if (forms.curl !== undefined) list.push(['curl command', forms.curl]);
  if (forms.json !== undefined) list.push(['JSON', forms.json]);
  return [...list, ...Object.entries(forms.more ?? {})];
}

/** "Copy as" in a toolbar. */
export function CopyAsMenu({ forms, label = 'Copy as' }: { readonly forms: CopyAsForms; readonly label?: string }) {
  const { copied, copy } = useCopy();
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="small">
          <Copy aria-hidden="true" />
          {copied ? 'Copied' : label}
        </Button>
      </MenuTrigger>
      <MenuContent align="end">
        <MenuLabel>Copy as</MenuLabel>
        {entries(forms).map(([name, make]) => (
          <MenuItem key={name} onSelect={() => copy(make())}>
            {name}
          </MenuItem>
        ))}
      </MenuContent>
    </Menu>
  );
}

/** The same choices inside a right-click menu. */
export function CopyAsMenuItems({ forms }: { readonly forms: CopyAsForms }) {
  const { copy } = useCopy();
  return entries(forms).map(([name, make]) => (
    <MenuItem key={name} icon={<Copy aria-hidden="true" />} onSelect={() => copy(make())}>
      {`Copy as ${name}`}
    </MenuItem>
  ));
}
