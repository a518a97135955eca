/** Over the console's plain HTTP contract: long polls with an ETag, reports as JSON. For where the store itself is out of reach. */
import { errorText } from '../../base/error-text.ts';
import type { JsonObject } from '../../config/json.ts';
import type { LayerRelease } from '../../config/report.ts';
import { placeId } from '../../config/target.ts';
import { hashOf } from './last-known-good.ts';
import { RetryPause } from './retry-pause.ts';
import {
  CLIENT_VERSION,
  type ConfigSource,
  type Identity,
  type OwnReport,
  type SourceListener,
  type Tried,
} from './types.ts';

const WAIT_SECONDS = 55;
const POLL_TIMEOUT_MS = (WAIT_SECONDS + 15) * 1000;
/** Reports go one after the other: one that hangs must not hold back what is to be said next. */
const SEND_TIMEOUT_MS = 10_000;
/** Of a document that was remembered: the console is to know that there is one, in case that nothing is served any more. */
const UNKNOWN_ETAG = '"remembered"';

interface Merged {
  readonly values: JsonObject;
  readonly layers: readonly LayerRelease[];
}

interface Answer extends Merged {
  readonly probe: Merged | null;
  readonly readers: number;
}

const triedOf = ({ values, layers }: Merged): Tried => ({
  values,
  layers: layers.map(({ target, releaseId, generation }) => ({ target, releaseId, generation })),
  sha256: hashOf(values),
});

/** A user of the store, or a token that stands for one. */
export type HttpCredentials = { readonly user: string; readonly password: string } | { readonly token: string };

const authorizationOf = (credentials: HttpCredentials): string =>
  'token' in credentials
    ? `Bearer ${credentials.token}`
    : `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;

export class HttpSource implements ConfigSource {
  readonly #base: string;
  readonly #who: Identity;
  readonly #authorization: Readonly<Record<string, string>>;
  readonly #stopped = new AbortController();

  /** @param url of the store in the console: http://127.0.0.1:8379/api/v1/stores/local */
  constructor(url: string, who: Identity, credentials: HttpCredentials | null = null) {
    this.#base = `${url.replace(/\/$/, '')}/client/${placeId(who)}`;
    this.#who = who;
    this.#authorization = credentials === null ? {} : { authorization: authorizationOf(credentials) };
  }

  start(listener: SourceListener): void {
    void this.#follow(listener);
  }

  async report(own: OwnReport): Promise<void> {
    const { tags, appVersion, schemaVersions } = this.#who;
    const body = { ...own, tags, appVersion, clientVersion: CLIENT_VERSION, schemaVersions };
    await this.#send('POST', body);
  }

  async leave(): Promise<void> {
    await this.#send('DELETE', undefined);
  }

  close(): void {
    this.#stopped.abort();
  }

  async #send(method: string, body: unknown): Promise<void> {
    const response = await fetch(`${this.#base}/instances/${encodeURIComponent(this.#who.instanceId)}`, {
      method,
      headers: { 'content-type': 'application/json', ...this.#authorization },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`the console answered ${response.status}: ${await response.text()}`);
  }

  async #follow(listener: SourceListener): Promise<void> {
    const { signal } = this.#stopped;
    let etag: string | null = null;
    const pause = new RetryPause();
    while (!signal.aborted) {
      try {
        etag = await this.#poll(etag, listener);
        pause.reset();
      } catch (cause) {
        if (signal.aborted) return;
        listener.onTrouble(errorText(cause));
        await pause.pass(signal);
      }
    }
  }

  async #poll(etag: string | null, listener: SourceListener): Promise<string | null> {
    const { instanceId, tags, appVersion } = this.#who;
    const query = new URLSearchParams({ instance: instanceId, app: appVersion, client: CLIENT_VERSION });
    for (const tag of tags) query.append('tag', tag);
    const known = etag ?? (listener.hasDocument() ? UNKNOWN_ETAG : null);
    const headers = {
      prefer: `wait=${WAIT_SECONDS}`,
      ...(known === null ? {} : { 'if-none-match': known }),
      ...this.#authorization,
    };
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(POLL_TIMEOUT_MS)]);
    const response = await fetch(`${this.#base}?${query}`, { headers, signal });
    if (response.status === 304) return etag;
    if (!response.ok) throw new Error(`the console answered ${response.status}: ${await response.text()}`);
    const { values, layers, probe, readers } = (await response.json()) as Answer;
    listener.onOffer({
      ...triedOf({ values, layers }),
      probe: probe === null ? null : triedOf(probe),
      readers: etag === null ? 0 : readers,
    });
    return response.headers.get('etag');
  }
}
