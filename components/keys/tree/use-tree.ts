'use client';

import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { frameApi } from '../../../lib/api/frame-client.ts';
import type { StoreAccess, WireInt } from '../../../lib/api/types.ts';
import { toByteString, utf8Encode } from '../../../lib/base/bytes.ts';
import { type ChangeRow, isNews } from '../../../lib/live/change-ring.ts';
import type { LiveStore } from '../../../lib/live/live-store.ts';
import type { Replay } from '../../../lib/live/replay.ts';
import { useLiveStore } from '../../shell/use-live.ts';
import { useReplay } from '../../shell/use-replay.ts';
import type { FirstPage } from './first-page.ts';
import { Glow } from './glow.ts';
import type { TreeSource } from './page-reader.ts';
import { TreeController } from './tree-controller.ts';

export interface TreeAt {
  readonly storeId: string;
  readonly access: StoreAccess;
  readonly delimiter: string;
  /** Null: live. */
  readonly rev: WireInt | null;
  /** Which replay plays; null: none. While one plays the tree moves with it, and `rev` only follows. */
  readonly replaying: number | null;
}

export interface Tree {
  readonly controller: TreeController;
  readonly glow: Glow;
}

/**
 * The tree of a store, live or at a revision. A change of revision keeps what is open: the former tree stays until the new
 * one has read as much. Null until the first is made, which may begin with what was sent along.
 */
export function useTree({ storeId, access, delimiter, rev, replaying }: TreeAt, first: FirstPage | null): Tree | null {
  const live = useLiveStore();
  const replay = useReplay();
  const at = replaying === null ? rev : null;
  const [tree, setTree] = useState<Tree | null>(() =>
    at === null && replaying === null ? sentTree({ storeId, access, delimiter, first, live }) : null,
  );
  const current = useRef<Tree | null>(null);
  const sent = useRef(tree);
  useEffect(() => {
    const before = current.current;
    const isReplay = replaying !== null;
    const known = sent.current;
    sent.current = null;
    const next =
      known ??
      (isReplay
        ? createTree(replaySource({ storeId, delimiter }, replay), { delimiter, revision: replay.state.get().revision })
        : createTree(storeSource({ storeId, delimiter, rev: at }), { delimiter, revision: seenRevision(live) }));
    const unbind = isReplay ? bindStream(next, replay) : at === null ? bindLive(next, live) : () => {};
    // What the stream told between the page and now was told to nobody here.
    if (known !== null) next.controller.onGreeting(seenRevision(live));
    let isOver = false;
    const show = (): void => {
      if (isOver) return;
      current.current = next;
      setTree(next);
    };
    const isSameKeys = before !== null && before.controller.model.delimiter === next.controller.model.delimiter;
    void next.controller.begin(isSameKeys ? before.controller.openPaths() : []).then(show);
    if (before === null) show();
    return () => {
      isOver = true;
      unbind();
      next.controller.close();
    };
  }, [storeId, delimiter, at, replaying, replay, live]);
  return tree;
}

/** Rerenders with every change of the tree. */
export function useTreeVersion({ controller }: Tree): number {
  const { model } = controller;
  return useSyncExternalStore(
    model.subscribe,
    () => model.version,
    () => 0,
  );
}

function createTree(source: TreeSource, at: { readonly delimiter: string; readonly revision: number }): Tree {
  const controller = new TreeController(source, toByteString(utf8Encode(at.delimiter)), at.revision);
  return { controller, glow: new Glow(controller.model.delimiter) };
}

/** Of use is only what was sent of this very tree to whoever looks at it now, and where this tab has heard from the stream, what stands at the same revision. */
function sentTree({
  storeId,
  access,
  delimiter,
  first,
  live,
}: Pick<TreeAt, 'storeId' | 'access' | 'delimiter'> & {
  readonly first: FirstPage | null;
  readonly live: LiveStore;
}): Tree | null {
  if (first === null || first.store !== storeId || first.delimiter !== delimiter) return null;
  if (JSON.stringify(first.access) !== JSON.stringify(access)) return null;
  const seen = seenRevision(live);
  if (seen > 0 && first.pages.some((page) => Number(page.revision) !== seen)) return null;
  const tree = createTree(storeSource({ storeId, delimiter, rev: null }), { delimiter, revision: 0 });
  tree.controller.startWith(first.pages);
  return tree;
}

const CLOCK: Pick<TreeSource, 'now' | 'after'> = {
  now: () => Date.now(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

type SourceAt = Pick<TreeAt, 'storeId' | 'delimiter' | 'rev'>;

const storeSource = ({ storeId, delimiter, rev }: SourceAt): TreeSource => ({
  ...CLOCK,
  page: (query, signal) => frameApi.children(storeId, { ...query, delimiter, rev }, signal),
  isLive: rev === null,
});

/** Pages at the very revision that is played; the replay waits for them, so that no change falls in between. */
const replaySource = ({ storeId, delimiter }: Omit<SourceAt, 'rev'>, replay: Replay): TreeSource => ({
  ...CLOCK,
  page: async (query, signal) => {
    const thaw = replay.freeze();
    try {
      const rev = String(replay.state.get().revision);
      return await frameApi.children(storeId, { ...query, delimiter, rev }, signal);
    } finally {
      // After whoever waits for the page has taken it in.
      setTimeout(thaw, 0);
    }
  },
  isLive: true,
});

/** The revision up to which the stream has told everything; 0 before its first word. */
function seenRevision(live: LiveStore): number {
  return Math.max(Number(live.hello.get()?.revision ?? 0), newestOf(live.ring.at(live.ring.nextSeq - 1)));
}

const newestOf = (row: ChangeRow | undefined): number =>
  row === undefined ? 0 : Number(row.kind === 'change' ? row.event.revision : row.to);

/** What of a stream the tree follows: the live one, or a replay. */
type Stream = Pick<LiveStore, 'ring' | 'changes'>;

function bindStream({ controller, glow }: Tree, stream: Stream): () => void {
  let seen = stream.ring.nextSeq;
  return stream.changes.subscribe(() => {
    const { ring } = stream;
    const isMissing = seen < ring.firstSeq;
    const rows = [...ring.since(seen)].filter(isNews);
    seen = ring.nextSeq;
    if (isMissing) controller.onGap(newestOf(rows.at(-1)));
    const changes = rows.flatMap((row) => (row.kind === 'change' ? [row.event] : []));
    glow.add(changes, performance.now());
    controller.onChanges(changes);
    for (const row of rows) if (row.kind === 'gap') controller.onGap(Number(row.to));
  });
}

function bindLive(tree: Tree, live: LiveStore): () => void {
  const greet = (): void => tree.controller.onGreeting(Number(live.hello.get()?.revision ?? 0));
  const stops = [bindStream(tree, live), live.hello.subscribe(greet)];
  return () => {
    for (const stop of stops) stop();
  };
}
