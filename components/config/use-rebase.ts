'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { configQueries } from '../../lib/api/config-client.ts';
import type { Release } from '../../lib/config/documents.ts';
import { isObject, type JsonObject } from '../../lib/config/json.ts';
import { mergeThreeWays, type Versions } from '../../lib/config/three-way.ts';
import { useStore } from '../shell/use-store.ts';
import type { Parsed } from './use-check.ts';

export interface RebaseArgs {
  readonly target: string;
  /** The release the text began as; null: nothing was live then. */
  readonly base: string | null;
  readonly live: Release | null;
  readonly parsed: Parsed;
  /** Nothing is edited: the text is what is live. */
  readonly isIdle: boolean;
}

export interface Rebase {
  /** Publishing the text as it is would take back what went live since, or it is not known yet whether. */
  readonly isNeeded: boolean;
  /** Of the release it began as; null: nothing was live, or it is not known yet. */
  readonly semver: string | null;
  readonly error: Error | null;
  /** Undefined: not known yet, or the text is no JSON object. */
  readonly versions: Versions | undefined;
}

/** Whether somebody else's release went live after the text was begun, and what the three are. */
export function useRebase({ target, base, live, parsed, isIdle }: RebaseArgs): Rebase {
  const store = useStore();
  const isOld = !isIdle && live !== null && base !== live.releaseId;
  const query = useQuery({ ...configQueries.release(store.id, target, base ?? ''), enabled: isOld && base !== null });
  const begun: JsonObject | undefined = base === null ? NOTHING : query.data?.content;
  const mine = parsed.ok && isObject(parsed.value) ? parsed.value : undefined;
  const theirs = live?.content;
  const versions = useMemo(
    () =>
      isOld && begun !== undefined && mine !== undefined && theirs !== undefined
        ? { base: begun, mine, theirs }
        : undefined,
    [isOld, begun, mine, theirs],
  );
  const isLost = useMemo(
    () =>
      versions === undefined ||
      mergeThreeWays(versions).differences.some(({ by }) => by === 'theirs' || by === 'conflict'),
    [versions],
  );
  return { isNeeded: isOld && isLost, semver: query.data?.semver ?? null, error: query.error, versions };
}

const NOTHING: JsonObject = {};
