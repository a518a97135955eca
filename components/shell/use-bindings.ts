'use client';

import { useEffect, useRef, useSyncExternalStore } from 'react';
import { type Binding, keymap, keysOf } from './keymap.ts';

/**
 * Keeps these bindings in the registry while the component is mounted. The list may be made anew on every render: it is
 * registered again only when ids, keys or titles change, and always runs the latest `run`.
 */
export function useBindings(bindings: readonly Binding[]): void {
  const latest = useRef(bindings);
  useEffect(() => {
    latest.current = bindings;
  });
  const signature = bindings
    .map((one) => [one.id, one.title, one.run === null, ...keysOf(one)].join('\u0000'))
    .join('\u0001');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature stands for the list, whose identity changes each render
  useEffect(
    () =>
      keymap.register(
        latest.current.map((one) => ({
          ...one,
          run: one.run === null ? null : () => latest.current.find((now) => now.id === one.id)?.run?.(),
        })),
      ),
    [signature],
  );
}

const NONE: readonly Binding[] = [];

/** All bindings that work now. */
export const useKeymap = (): readonly Binding[] => useSyncExternalStore(keymap.subscribe, keymap.get, () => NONE);
