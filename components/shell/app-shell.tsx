'use client';

import { usePathname, useRouter } from 'next/navigation';
import { type ReactNode, useContext, useEffect, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { toasts } from '../ui/toast-store.ts';
import { identityOf } from './access-words.ts';
import { keymap } from './keymap.ts';
import { aheadOfTrouble, later } from './later.tsx';
import { LiveProvider } from './live-provider.tsx';
import { PAGES } from './pages.ts';
import { Rail } from './rail.tsx';
import { currentTheme, nextTheme, setTheme, type Theme } from './theme.ts';
import { TopBar } from './top-bar.tsx';
import { useBindings } from './use-bindings.ts';
import { useHref } from './use-href.ts';
import { usePinnedRevision } from './use-pinned-revision.ts';
import { StoreContext, StoresContext, useStores } from './use-store.ts';

const CommandPalette = later(() => import('./command-palette.tsx').then((module) => module.CommandPalette));
const ShortcutSheet = later(() => import('./shortcut-sheet.tsx').then((module) => module.ShortcutSheet));
const StoresFailure = aheadOfTrouble(() => import('./stores-failure.tsx').then((module) => module.StoresFailure));
const ConnectionNote = later(() => import('./connection-note.tsx').then((module) => module.ConnectionNote));
const ToastRegion = later(() => import('../ui/toast-region.tsx').then((module) => module.ToastRegion));
const SignIn = later(() => import('./sign-in.tsx').then((module) => module.SignIn));
const RevisionBar = later(
  () => import('./revision-bar.tsx').then((module) => module.RevisionBar),
  <div className="h-9 shrink-0 border-t bg-surface" />,
);

/** The frame: rail, top bar, page, revision bar. Pages render once it is known which store they show. */
export function AppShell({ children }: { readonly children: ReactNode }) {
  const { current, unknown, isLoading, error, retryAt, retry, choose } = useStores();
  const { onIdentity } = useContext(StoresContext);
  // They name keys, and offer to undo what whoever looked before did.
  useEffect(() => onIdentity(() => toasts.clear()), [onIdentity]);
  // The page of all stores is for whoever reaches the console; what it tells of each is up to the server.
  const isAboutAll = usePathname() === '/stores';
  if (current?.access.mode === 'signIn') {
    return (
      <StoreContext value={current}>
        <Frame isBare>{isAboutAll ? children : <SignIn isWanted store={current} />}</Frame>
      </StoreContext>
    );
  }
  if (current !== null) {
    return (
      <StoreContext value={current}>
        <LiveProvider key={`${current.id} ${identityOf(current.access)}`} summary={current}>
          <Frame>{children}</Frame>
        </LiveProvider>
      </StoreContext>
    );
  }
  return (
    <Frame isBare>
      {isLoading ? null : (
        <div className="py-3">
          <h1 className="px-4 text-title">{unknown === null ? 'No answer' : 'No such store'}</h1>
          {unknown === null ? (
            <StoresFailure error={error} retryAt={retryAt} onRetry={retry} />
          ) : (
            <div className="px-4 py-3">
              <p>
                This console has no store called <code className="mono">{unknown}</code>.
              </p>
              <Button className="mt-3" onClick={() => choose('')}>
                Show the first store
              </Button>
            </div>
          )}
        </div>
      )}
    </Frame>
  );
}

const THEME_WORD: Readonly<Record<Theme, string>> = {
  system: 'Colours follow the system.',
  light: 'Light.',
  dark: 'Dark.',
};

interface FrameProps {
  /** Without anything that tells of a store: none is open to this browser. */
  readonly isBare?: boolean;
  readonly children: ReactNode;
}

function Frame({ isBare = false, children }: FrameProps) {
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const [isSheetOpen, setSheetOpen] = useState(false);
  const { rev } = usePinnedRevision();
  const changeTheme = (): void => {
    const theme = nextTheme(currentTheme());
    setTheme(theme);
    toasts.add({ text: THEME_WORD[theme], lifeMs: 2_000 });
  };
  useFrameBindings({
    openPalette: () => setPaletteOpen((isOpen) => !isOpen),
    openSheet: () => setSheetOpen(true),
    changeTheme,
  });

  return (
    <div className="flex h-dvh min-h-0 flex-col overflow-hidden">
      <a
        href="#page"
        className="sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50 focus:rounded-control focus:bg-raised focus:px-3 focus:py-1.5"
      >
        Skip to the page
      </a>
      <TopBar isBare={isBare} onPalette={() => setPaletteOpen(true)} />
      <div className="flex min-h-0 flex-1">
        <Rail onShortcuts={() => setSheetOpen(true)} onTheme={changeTheme} />
        <main id="page" tabIndex={-1} className="flex min-h-0 min-w-0 flex-1 flex-col overflow-auto focus:outline-none">
          {isBare ? null : <ConnectionNote />}
          {children}
        </main>
      </div>
      {isBare ? null : <RevisionBar />}
      {rev === null ? null : (
        <div aria-hidden="true" className="pointer-events-none fixed inset-0 z-30 border-2 border-past-edge" />
      )}
      <CommandPalette isWanted={isPaletteOpen} isOpen={isPaletteOpen} onClose={() => setPaletteOpen(false)} />
      <ShortcutSheet isWanted={isSheetOpen} isOpen={isSheetOpen} onClose={() => setSheetOpen(false)} />
      {/* A dialog that is open has a region of its own. */}
      <ToastRegion className="[body:has(dialog[open])_&]:hidden" />
    </div>
  );
}

interface FrameActions {
  readonly openPalette: () => void;
  readonly openSheet: () => void;
  readonly changeTheme: () => void;
}

function useFrameBindings({ openPalette, openSheet, changeTheme }: FrameActions): void {
  const router = useRouter();
  const href = useHref();
  useEffect(() => {
    window.addEventListener('keydown', keymap.onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', keymap.onKeyDown, { capture: true });
  }, []);
  useBindings([
    ...PAGES.map((page) => ({
      id: `go.${page.letter}`,
      keys: `g ${page.letter}`,
      title: page.title,
      group: 'Go to' as const,
      run: () => router.push(href(page.path)),
    })),
    {
      id: 'shell.palette',
      keys: '$mod+k',
      title: 'Find key, page, action',
      group: 'Console',
      run: openPalette,
      inFields: true,
      inDialogs: true,
      inPalette: false,
    },
    {
      id: 'shell.shortcuts',
      keys: ['?', 'Shift+?'],
      title: 'Keyboard shortcuts',
      group: 'Console',
      run: openSheet,
      also: 'help keys',
    },
    {
      id: 'shell.theme',
      keys: 't',
      title: 'Light or dark',
      group: 'Console',
      run: changeTheme,
      also: 'theme colours system',
    },
  ]);
}
