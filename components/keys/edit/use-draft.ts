'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ApiFailure } from '../../../lib/api/call.ts';
import { api } from '../../../lib/api/client.ts';
import { queryKeys } from '../../../lib/api/queries.ts';
import type { ConflictDetail, KeyMeta, WireBytes, WriteResult } from '../../../lib/api/types.ts';
import { wireId } from '../../../lib/keys/wire-bytes.ts';
import { bodyOf, conflicted, type Draft, failed, isChange, saving } from './draft.ts';

/**
 * Drafts outlive their panel: looking at another key must not lose what was typed, nor must a sign-in that ran out. One tab, not stored.
 * Each is for whoever typed it: it holds a value that others may not be allowed to read.
 */
const kept = new Map<string, Draft>();

export interface DraftControl {
  readonly draft: Draft | null;
  readonly set: (draft: Draft | null) => void;
  /** Sends the reviewed draft's one guarded write. */
  readonly save: () => Promise<void>;
}

export interface DraftArgs {
  readonly storeId: string;
  /** Who types: identityOf(access). */
  readonly identity: string;
  readonly key: WireBytes;
  readonly onSaved: (saved: { readonly draft: Draft; readonly result: WriteResult }) => void;
}

/** Mount it with the key as React key: each key has its own draft. */
export function useDraft({ storeId, identity, key, onSaved }: DraftArgs): DraftControl {
  const client = useQueryClient();
  const id = `${storeId}\0${identity}\0${wireId(key)}`;
  const [draft, setDraft] = useState<Draft | null>(() => kept.get(id) ?? null);
  const set = (next: Draft | null): void => {
    if (next === null) kept.delete(id);
    else kept.set(id, next);
    setDraft(next);
  };
  const isDirty = draft !== null && isChange(draft);
  useEffect(() => {
    if (!isDirty) return;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [isDirty]);

  const save = async (): Promise<void> => {
    const body = draft === null ? undefined : bodyOf(draft);
    if (draft === null || body === undefined) return;
    set(saving(draft));
    try {
      const result = await api.putKey(storeId, body);
      void client.invalidateQueries({ queryKey: queryKeys.key(storeId, key) });
      void client.invalidateQueries({ queryKey: queryKeys.history(storeId, key) });
      set(null);
      onSaved({ draft, result });
    } catch (error) {
      const theirs = conflictOf(error);
      set(theirs === undefined ? failed(draft, error) : conflicted(draft, theirs));
    }
  };
  return { draft, set, save };
}

/** What stands there instead; undefined when the failure is no conflict. */
export function conflictOf(error: unknown): (KeyMeta & { readonly value: WireBytes }) | null | undefined {
  if (!(error instanceof ApiFailure) || error.status !== 409) return undefined;
  const detail = error.detail as Partial<ConflictDetail>;
  return detail.current;
}
