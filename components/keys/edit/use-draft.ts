'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ApiFailure } from '../../../lib/api/call.ts';
import { api } from '../../../lib/api/client.ts';
import { queryKeys } from '../../../lib/api/queries.ts';
import type { ConflictDetail, KeyMeta, WireBytes, WriteResult } from '../../../lib/api/types.ts';
import { wireId } from '../../../lib/keys/wire-bytes.ts';
import { bodyOf, conflicted, type Draft, failed, isChange, saving } from './draft.ts';

/** Drafts outlive their panel: looking at another key must not lose what was typed. One tab, not stored. */
const kept = new Map<string, Draft>();

const idOf = (storeId: string, key: WireBytes): string => `${storeId}\0${wireId(key)}`;

export const keptDraft = (storeId: string, key: WireBytes): Draft | null => kept.get(idOf(storeId, key)) ?? null;

export interface DraftControl {
  readonly draft: Draft | null;
  readonly set: (draft: Draft | null) => void;
  /** Sends the reviewed draft's one guarded write. */
  readonly save: () => Promise<void>;
}

export interface DraftArgs {
  readonly storeId: string;
  readonly key: WireBytes;
  readonly onSaved: (saved: { readonly draft: Draft; readonly result: WriteResult }) => void;
}

/** Mount it with the key as React key: each key has its own draft. */
export function useDraft({ storeId, key, onSaved }: DraftArgs): DraftControl {
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft | null>(() => keptDraft(storeId, key));
  const set = (next: Draft | null): void => {
    if (next === null) kept.delete(idOf(storeId, key));
    else kept.set(idOf(storeId, key), next);
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
