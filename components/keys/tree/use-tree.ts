'use client';

import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { api } from '../../../lib/api/client.ts';
import type { WireInt } from '../../../lib/api/types.ts';
import { toByteString, utf8Encode } from '../../../lib/base/bytes.ts';
import { isNews } from '../../../lib/live/change-ring.ts';
import type { LiveStore } from '../../../lib/live/live-store.ts';
import { useLiveStore } from '../../shell/use-live.ts';
import { Glow } from './glow.ts';
import type { TreeSource } from './page-reader.ts';
import { TreeController } from './tree-controller.ts';

export interface TreeAt {
  readonly storeId: string;
  readonly delimiter: string;
  /** Null: live. */
  readonly rev: WireInt | null;
}

export interface Tree {
  readonly controller: TreeController;
  readonly glow: Glow;
}

/**
 * The tree of a store, live or at a revision. A change of revision keeps what is open: the former tree stays until the new
 * one has read as much. Null until the first is made.
 */
export function useTree({ storeId, delimiter, rev }: TreeAt): Tree | null {
  const live = useLiveStore();
  const [tree, setTree] = useState<Tree | null>(null);
  const current = useRef<Tree | null>(null);
  useEffect(() => {
    const before = current.current;
    const next = createTree({ storeId, delimiter, rev }, live);
    const unbind = rev === null ? bindLive(next, live) : () => {};
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
  }, [storeId, delimiter, rev, live]);
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

function createTree({ storeId, delimiter, rev }: TreeAt, live: LiveStore): Tree {
  const source: TreeSource = {
    page: (query, signal) => api.children(storeId, { ...query, delimiter, rev }, signal),
    now: () => Date.now(),
    after: (ms, task) => {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
    isLive: rev === null,
  };
  const controller = new TreeController(source, toByteString(utf8Encode(delimiter)), seenRevision(live));
  return { controller, glow: new Glow(controller.model.delimiter) };
}

/** The revision up to which the stream has told everything; 0 before its first word. */
function seenRevision(live: LiveStore): number {
  const last = live.ring.at(live.ring.nextSeq - 1);
  const hello = Number(live.hello.get()?.revision ?? 0);
  if (last === undefined) return hello;
  return Math.max(hello, Number(last.kind === 'change' ? last.event.revision : last.to));
}

function bindLive({ controller, glow }: Tree, live: LiveStore): () => void {
  let seen = live.ring.nextSeq;
  const take = (): void => {
    if (seen < live.ring.firstSeq) controller.onGap(seenRevision(live));
    const rows = [...live.ring.since(seen)].filter(isNews);
    seen = live.ring.nextSeq;
    const changes = rows.flatMap((row) => (row.kind === 'change' ? [row.event] : []));
    glow.add(changes, performance.now());
    controller.onChanges(changes);
    for (const row of rows) if (row.kind === 'gap') controller.onGap(Number(row.to));
  };
  const greet = (): void => {
    const revision = Number(live.hello.get()?.revision ?? 0);
    const { model } = controller;
    if (model.live.appliedRevision > 0 || revision === 0) return;
    if (controller.isReady && model.root.asOf < revision) controller.onGap(revision);
    else model.live.appliedRevision = revision;
  };
  const stops = [live.changes.subscribe(take), live.hello.subscribe(greet)];
  return () => {
    for (const stop of stops) stop();
  };
}
