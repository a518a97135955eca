/**
 * Everything of configuration at one revision, parsed. Keys that hold something else than they should are named in `broken`, never
 * guessed at.
 */
import type { ZodError } from 'zod';
import { utf8Decode } from '../../../lib/base/bytes.ts';
import type {
  ActiveRollouts,
  Assignment,
  DraftDocument,
  PrefixSchema,
  Release,
  Roster,
  TargetDocument,
} from '../../../lib/config/documents.ts';
import { emptyAssignment } from '../../../lib/config/documents.ts';
import { type Json, joinPointer } from '../../../lib/config/json.ts';
import type { InstanceReport } from '../../../lib/config/report.ts';
import type { LogEntry, Rollout } from '../../../lib/config/rollout-document.ts';
import { covers, placeId, type TargetId } from '../../../lib/config/target.ts';
import type { StoredKey } from '../../engines/engine.ts';
import * as schemas from './document-schemas.ts';
import type { ConfigKeys, Family } from './keys.ts';

export interface Kept<T> {
  readonly value: T;
  readonly modRevision: number;
  readonly createRevision: number;
  readonly lease: bigint;
  /** When this console saw this version. */
  readonly seenAt: number;
}

export interface Leader {
  readonly name: string;
  readonly since: number;
}

interface Families {
  targets: TargetDocument;
  schemas: Json;
  prefixes: PrefixSchema;
  drafts: DraftDocument;
  releases: Release;
  assign: Assignment;
  rollouts: Rollout;
  rosters: Roster;
  logs: LogEntry;
  active: ActiveRollouts;
  instances: InstanceReport;
  probes: InstanceReport;
  left: Json;
  controller: Leader;
}

const PARSERS: {
  readonly [F in Family]: {
    safeParse(input: unknown): { success: boolean; data?: unknown; error?: Pick<ZodError, 'issues'> };
  };
} = {
  targets: schemas.targetDocument,
  schemas: schemas.anyJson,
  prefixes: schemas.prefixSchema,
  drafts: schemas.draftDocument,
  releases: schemas.release,
  assign: schemas.assignment,
  rollouts: schemas.rollout,
  rosters: schemas.roster,
  logs: schemas.logEntry,
  active: schemas.activeRollouts,
  instances: schemas.instanceReport,
  probes: schemas.instanceReport,
  left: schemas.anyJson,
  controller: schemas.leader,
};

export class ConfigSnapshot {
  readonly keys: ConfigKeys;
  readonly #families: { readonly [F in Family]: Map<string, Kept<Families[F]>> } = {
    targets: new Map(),
    schemas: new Map(),
    prefixes: new Map(),
    drafts: new Map(),
    releases: new Map(),
    assign: new Map(),
    rollouts: new Map(),
    rosters: new Map(),
    logs: new Map(),
    active: new Map(),
    instances: new Map(),
    probes: new Map(),
    left: new Map(),
    controller: new Map(),
  };
  /** Key and what is wrong with it. */
  readonly broken = new Map<string, string>();
  revision = 0;

  constructor(keys: ConfigKeys) {
    this.keys = keys;
  }

  /**
   * Takes a key as it stands. Returns its family, if it is one of ours. `isListed`: nobody saw it come, so a report is as old as it
   * says itself, if that is older.
   */
  put(kv: StoredKey, seenAt: number, isListed = false): Family | undefined {
    const key = utf8Decode(kv.key) ?? '';
    const place = this.keys.parse(key);
    if (place === undefined) return undefined;
    const parsed = parseDocument(place.family, kv.value);
    if (parsed.value === undefined) {
      this.broken.set(key, parsed.path === '' ? parsed.problem : `${parsed.path}: ${parsed.problem}`);
      this.#families[place.family].delete(place.name);
    } else {
      this.broken.delete(key);
      const { modRevision, createRevision, lease } = kv;
      const kept = {
        value: parsed.value,
        modRevision,
        createRevision,
        lease,
        seenAt: isListed ? listedAt(parsed.value, seenAt) : seenAt,
      };
      // The parser of the family has just said that it is this family's value.
      (this.#families[place.family] as Map<string, Kept<unknown>>).set(place.name, kept);
    }
    return place.family;
  }

  delete(key: Uint8Array): Family | undefined {
    const text = utf8Decode(key) ?? '';
    const place = this.keys.parse(text);
    if (place === undefined) return undefined;
    this.broken.delete(text);
    this.#families[place.family].delete(place.name);
    return place.family;
  }

  all<F extends Family>(family: F): ReadonlyMap<string, Kept<Families[F]>> {
    return this.#families[family];
  }

  get<F extends Family>(family: F, name: string): Kept<Families[F]> | undefined {
    return this.#families[family].get(name);
  }

  /** Also what a target without a pointer has: nothing, at generation 0. */
  assignment(target: TargetId): Kept<Assignment> {
    return (
      this.get('assign', target) ?? {
        value: emptyAssignment(target),
        modRevision: 0,
        createRevision: 0,
        lease: 0n,
        seenAt: 0,
      }
    );
  }

  release(target: TargetId, releaseId: string | null): Release | null {
    return releaseId === null ? null : (this.get('releases', `${target}/${releaseId}`)?.value ?? null);
  }

  /** The create revision of a document; 0: it does not exist. */
  createdAt(family: Family, name: string): number {
    return this.#families[family].get(name)?.createRevision ?? 0;
  }

  /** Newest first. */
  releasesOf(target: TargetId): Release[] {
    const own = [...this.all('releases').values()].filter(({ value }) => value.target === target);
    return own.sort((a, b) => b.createRevision - a.createRevision).map(({ value }) => value);
  }

  /** Live instances that read a target, by name. */
  instancesOf(target: TargetId): Kept<InstanceReport>[] {
    return [...this.all('instances').values()]
      .filter(({ value }) => covers(target, placeId(value)))
      .sort((a, b) => (a.value.instanceId < b.value.instanceId ? -1 : 1));
  }

  /** Oldest first. */
  logOf(rolloutId: string): LogEntry[] {
    const prefix = `${rolloutId}/`;
    return [...this.all('logs')]
      .filter(([name]) => name.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { value }]) => value);
  }
}

const listedAt = (value: unknown, now: number): number =>
  typeof value === 'object' && value !== null && 'reportedAt' in value && typeof value.reportedAt === 'number'
    ? Math.min(now, value.reportedAt)
    : now;

/** `value` undefined: it is no such document, and `path` (a JSON pointer) and `problem` say why. */
export function parseDocument(
  family: Family,
  bytes: Uint8Array,
): { readonly value: unknown; readonly path: string; readonly problem: string } {
  const text = utf8Decode(bytes);
  if (text === undefined) return { value: undefined, path: '', problem: 'is not UTF-8' };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { value: undefined, path: '', problem: 'is not JSON' };
  }
  const result = PARSERS[family].safeParse(json);
  if (result.success) return { value: result.data, path: '', problem: '' };
  const issue = result.error?.issues[0];
  const path = (issue?.path ?? []).reduce<string>((at, part) => joinPointer(at, String(part)), '');
  return { value: undefined, path, problem: issue?.message ?? 'has another shape' };
}
