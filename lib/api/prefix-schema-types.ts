/** Schemas that plain keys under a prefix must meet, over HTTP (paths: routes.ts). */
import type { Json } from '../config/json.ts';
import type { WireBytes, WireInt, WireTime } from './types.ts';

export interface PrefixSchemaView {
  readonly prefix: string;
  /** The schema itself; null when it is not in the store any more. */
  readonly schema: Json;
  /** Its hash. */
  readonly schemaId: string;
  readonly version: number;
  readonly createdAt: WireTime;
  readonly createdBy: string;
  /** For the next change of it. */
  readonly modRevision: number;
}

export interface PrefixSchemaList {
  readonly revision: WireInt;
  readonly prefixes: readonly PrefixSchemaView[];
}

export interface PrefixSchemaPutBody {
  readonly prefix: string;
  /** Null: the prefix is free again. */
  readonly schema: Json | null;
  /** 0: it must have none. */
  readonly expectModRevision: number;
  /** Put it in force although existing keys do not meet it. */
  readonly evenIfFailing: boolean;
  readonly idempotencyKey: string;
  readonly by?: string;
}

export interface PrefixSchemaCheckBody {
  readonly prefix: string;
  readonly schema: Json;
}

/** How the keys that exist stand to a schema. */
export interface PrefixSchemaCheck {
  readonly revision: WireInt;
  readonly checked: number;
  readonly failing: number;
  /** False: there are more keys than were checked. */
  readonly isComplete: boolean;
  /** The first that fail, with the first fault of each. */
  readonly first: readonly { readonly key: WireBytes; readonly path: string; readonly message: string }[];
}
