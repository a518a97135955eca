/**
 * Configuration for applications: follows the documents of a place, validates and applies each as a whole, reports what came of it, and
 * starts from the last known good when nobody answers.
 */
import type { JsonObject } from '../../config/json.ts';
import type { Health } from '../../config/report.ts';
import type { Client } from '../client.ts';
import { type HttpCredentials, HttpSource } from './http-source.ts';
import { LastKnownGood } from './last-known-good.ts';
import { ConfigRunner } from './runner.ts';
import { StoreSource } from './store-source.ts';
import type { Identity } from './types.ts';

export type { JsonObject } from '../../config/json.ts';
export type { Health } from '../../config/report.ts';
export type { HttpCredentials } from './http-source.ts';
export { ConfigRejected } from './types.ts';

export interface ConfigOptions
  extends Partial<Pick<Identity, 'tags' | 'appVersion' | 'schemaVersions'>>,
    Omit<Identity, 'tags' | 'appVersion' | 'schemaVersions'> {
  /** The store itself, or the console's address for it: http://127.0.0.1:8379/api/v1/stores/local */
  readonly from: Client | string;
  /** Over HTTP, where the store has users: as whom. A connection to the store itself has its own. */
  readonly credentials?: HttpCredentials;
  /** Where configuration lies in the store, when the console was told another place. */
  readonly prefix?: string;
  /** On the store itself: 'stable' leaves a candidate whose rollout nobody supervises any more, where its plan has a dead-man's time. Default: 'hold'. */
  readonly failSafe?: 'stable' | 'hold';
  /** Throws what it will not take; `ConfigRejected` names the place. */
  readonly validate?: (values: JsonObject) => void | Promise<void>;
  /** Takes the whole document, or throws and leaves everything as it was. The values are frozen. */
  readonly apply: (values: JsonObject) => void | Promise<void>;
  readonly health?: () => Health;
  /** For the last known good and the blame of crashes; without it nothing survives the process. */
  readonly folder?: string;
  readonly onTrouble?: (reason: string) => void;
}

export interface Config {
  /** The document in use; null before the first. */
  current(): JsonObject | null;
  /** Resolves when a document is in use. */
  readonly ready: Promise<void>;
  /** Says at once how it is, instead of at the next interval. */
  report(): Promise<void>;
  /** Leaves the fleet in good order. */
  close(): Promise<void>;
}

export function openConfig(options: ConfigOptions): Config {
  const { bundle, app, env, service, instanceId, tags = [], appVersion = '', schemaVersions = [] } = options;
  const who: Identity = { bundle, app, env, service, instanceId, tags, appVersion, schemaVersions };
  const source =
    typeof options.from === 'string'
      ? new HttpSource(options.from, who, options.credentials ?? null)
      : new StoreSource(options.from, who, {
          ...(options.prefix === undefined ? {} : { prefix: options.prefix }),
          ...(options.failSafe === undefined ? {} : { failSafe: options.failSafe }),
        });
  const runner = new ConfigRunner({
    source,
    memory: new LastKnownGood(options.folder ?? null),
    validate: options.validate ?? (() => undefined),
    apply: options.apply,
    health: options.health ?? (() => 'UP'),
    onTrouble: options.onTrouble ?? (() => undefined),
  });
  runner.start();
  return {
    current: () => runner.running?.values ?? null,
    ready: runner.ready,
    report: () => runner.report(),
    close: () => runner.close(),
  };
}
