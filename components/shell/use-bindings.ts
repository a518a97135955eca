'use client';

import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import { type Binding, keymap } from './keymap.ts';

/**
 * Keeps these bindings in the registry while the component is mounted. The list may be made anew on every render: it is
 * registered again only when what it says changes, and always runs the latest `run`.
 */
export function useBindings(bindings: readonly Binding[]): void {
  const run = useEffectEvent((id: string) => bindings.find((one) => one.id === id)?.run?.());
  // Functions are left out, null stays.
  const described = JSON.stringify(bindings);
  useEffect(() => {
    const list = JSON.parse(described) as readonly (Omit<Binding, 'run'> & { readonly run?: null })[];
    return keymap.register(list.map((one) => ({ ...one, run: one.run === null ? null : () => run(one.id) })));
  }, [described]);
}

const NONE: readonly Binding[] = [];

/** All bindings that work now. */
export const useKeymap = (): readonly Binding[] => useSyncExternalStore(keymap.subscribe, keymap.get, () => NONE);
