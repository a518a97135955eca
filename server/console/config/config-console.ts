/** Configuration of one store as the routes see it: reads from the followed snapshot (or the past), writes through the audit. */
import type {
  CheckBody,
  DraftPutBody,
  EffectiveConfig,
  EvaluateBody,
  EvaluatedFlag,
  PointBody,
  PublishBody,
  RolloutActBody,
  RolloutCreateBody,
  TargetPutBody,
} from '../../../lib/api/config-types.ts';
import type { PrefixSchemaCheckBody, PrefixSchemaPutBody } from '../../../lib/api/prefix-schema-types.ts';
import type { ProbeBody } from '../../../lib/api/probe-types.ts';
import { readFlagSet } from '../../../lib/config/flags/definition.ts';
import { evaluateFlag } from '../../../lib/config/flags/evaluate.ts';
import { isObject, type JsonObject } from '../../../lib/config/json.ts';
import { effective } from '../../../lib/config/merge.ts';
import type { InstanceReport } from '../../../lib/config/report.ts';
import { forgottenAt, isSupervised } from '../../../lib/config/rollout-document.ts';
import type { Place, TargetId } from '../../../lib/config/target.ts';
import type { Engine, EngineError } from '../../engines/engine.ts';
import type { Act } from '../audit/trail.ts';
import { invalidArgument } from '../errors.ts';
import type { WatchTaps } from '../hub/watch-taps.ts';
import type { RolloutNumbers } from '../metrics/render.ts';
import { requireWritable } from '../operations/context.ts';
import { layersWith } from './analysis.ts';
import { steadyNow } from './clock.ts';
import { parseContent } from './content.ts';
import type { ConfigContext } from './context.ts';
import { contentError } from './context.ts';
import { checkText, discardDraft, putDraft } from './drafts.ts';
import { flagEvents } from './flag-events.ts';
import { KeyPolicy } from './key-policy.ts';
import { ConfigKeys, type ConfigSettings } from './keys.ts';
import { WAIT_SECONDS_MAX } from './limits.ts';
import { marksOf } from './marks.ts';
import { contextOf, evaluateAll, evaluateOne, type OfrepAnswer } from './ofrep.ts';
import { listPrefixSchemas, prefixCheck, putPrefixSchema } from './prefix-schemas.ts';
import { askInstances } from './probe.ts';
import { pointAt, publish } from './releases.ts';
import { actOnRollout, createRollout } from './rollouts.ts';
import { SchemaChecker } from './schema-checker.ts';
import { acceptReport, type Client, effectiveFor, isDeciding, leave, ReportLeases, servingFor } from './serve.ts';
import type { ConfigSnapshot } from './snapshot.ts';
import { ConfigState } from './state.ts';
import { putTarget, requireTarget } from './targets.ts';
import { overviewOf, rolloutDetail, targetDetail } from './views.ts';

export interface ConfigConsoleOptions extends ConfigSettings {
  readonly engine: Engine;
  /** The watch of the engine's hub; null: there is none. */
  readonly taps: WatchTaps | null;
  readonly readOnly: boolean;
  readonly user: string | null;
  /** The console's own view of the store, for what users must obey and may not read; null: this is it. */
  readonly shared: ConfigState | null;
  /** Whether the user may read configuration. */
  readonly mayRead: boolean;
  /** Once per idempotency key, with an entry in the audit trail. */
  readonly change: <T>(act: Act, body: { readonly idempotencyKey: string }, change: () => Promise<T>) => Promise<T>;
}

export class ConfigConsole {
  readonly state: ConfigState;
  /** What edits of plain keys must obey. */
  readonly keyPolicy: KeyPolicy;
  readonly #context: ConfigContext;
  readonly #change: ConfigConsoleOptions['change'];
  readonly #leases = new ReportLeases();

  constructor({ engine, taps, prefix, checkHosts, readOnly, user, shared, mayRead, change }: ConfigConsoleOptions) {
    const keys = new ConfigKeys(prefix);
    this.state = new ConfigState(engine, keys, taps);
    this.#change = change;
    const checker = new SchemaChecker();
    const states = shared === null ? [this.state] : [shared, this.state];
    this.keyPolicy = new KeyPolicy({ states, checker, mayGuard: mayRead });
    this.#context = { engine, keys, checkHosts, state: this.state, checker, readOnly, user, now: steadyNow };
  }

  close(why?: EngineError): void {
    this.state.close(why);
    void this.#context.checker.close();
  }

  /** By id, as far as the console follows configuration. */
  rolloutsUnderWay(): string[] {
    const rollouts = this.state.current?.all('rollouts') ?? [];
    return [...rollouts].filter(([, { value }]) => isSupervised(value.state)).map(([id]) => id);
  }

  /** As far as configuration is followed. */
  numbers(): RolloutNumbers {
    const now = steadyNow();
    const all = [...(this.state.current?.all('rollouts').values() ?? [])].map(({ value }) => value);
    return {
      underWay: all.filter(({ state }) => isSupervised(state)).length,
      forgotten: all.filter((one) => now >= (forgottenAt(one) ?? Number.POSITIVE_INFINITY)).length,
    };
  }

  async overview(revision: number | undefined) {
    return overviewOf(await this.#at(revision), revision === undefined ? this.state.problem : null);
  }

  async marks() {
    return marksOf(await this.state.ready());
  }

  async target(target: TargetId, revision: number | undefined) {
    return targetDetail(await this.#at(revision), target);
  }

  async release(target: TargetId, releaseId: string) {
    const release = (await this.state.ready()).release(target, releaseId);
    if (release === null) throw invalidArgument('release', `${target} has no release ${releaseId}`);
    return release;
  }

  async rollout(rolloutId: string, revision: number | undefined) {
    const snapshot = await this.#at(revision);
    const last = snapshot.get('rollouts', rolloutId)?.value;
    // In the past its clock stood where the controller last looked.
    const then = last?.endedAt ?? last?.lastEvalAt ?? last?.createdAt ?? 0;
    if (revision !== undefined) return rolloutDetail(snapshot, rolloutId, { now: then, problem: null });
    return rolloutDetail(snapshot, rolloutId, { now: steadyNow(), problem: this.state.problem });
  }

  async check({ target, text }: CheckBody) {
    return checkText(this.#context, target, text);
  }

  putTarget(body: TargetPutBody) {
    return this.#write('target', body.target, body, () => putTarget(this.#context, { ...body, by: body.by }));
  }

  async prefixSchemas(revision: number | undefined) {
    return listPrefixSchemas(await this.#at(revision));
  }

  checkPrefixSchema({ prefix, schema }: PrefixSchemaCheckBody) {
    return prefixCheck(this.#context, prefix, schema);
  }

  putPrefixSchema(body: PrefixSchemaPutBody) {
    const what = body.schema === null ? 'prefix.free' : 'prefix';
    return this.#write(what, body.prefix, body, () => putPrefixSchema(this.#context, { ...body, by: body.by }));
  }

  putDraft(body: DraftPutBody) {
    const { target, text, base, expectModRevision, by } = body;
    const act = () =>
      text === null
        ? discardDraft(this.#context, target, expectModRevision)
        : putDraft(this.#context, { target, text, base, expectModRevision, by });
    return this.#write(text === null ? 'draft.discard' : 'draft', target, body, act);
  }

  publish(body: PublishBody) {
    return this.#audited('publish', body.target, body, () => publish(this.#context, { ...body, by: body.by }));
  }

  point(body: PointBody) {
    return this.#write('point', body.target, body, () => pointAt(this.#context, { ...body, by: body.by }));
  }

  probe(body: ProbeBody) {
    return this.#write('probe', body.target, body, () => askInstances(this.#context, body));
  }

  createRollout(body: RolloutCreateBody) {
    return this.#audited('rollout.create', body.target, body, () =>
      createRollout(this.#context, { ...body, queue: body.queue === true, parent: body.parent ?? null, by: body.by }),
    );
  }

  act(body: RolloutActBody) {
    return this.#audited(`rollout.${body.act}`, body.rolloutId, body, () =>
      actOnRollout(this.#context, { ...body, by: body.by }),
    );
  }

  async evaluate({ target, text, context, key }: EvaluateBody): Promise<readonly EvaluatedFlag[]> {
    const snapshot = await this.state.ready();
    const document = requireTarget(snapshot, target).value;
    const content = text === null ? null : { target: document, content: parseContent(text) };
    const set = readFlagSet(effective(layersWith(snapshot, target, content)).value);
    if (!set.ok) throw contentError('content', set.error[0]?.path ?? '', set.error[0]?.message ?? 'is no flag set');
    if (!isObject(context)) throw invalidArgument('context', 'must be a JSON object');
    const timestamp = Math.floor(Date.now() / 1000);
    const keys = key === null ? [...set.value.flags.keys()] : [key];
    return keys.map((one) => shown(evaluateFlag({ set: set.value, key: one, context, timestamp })));
  }

  // ---------------------------------------------------------------- what applications ask

  /** Waits until the answer differs from `known`, at most `waitSeconds`. Null: it does not. */
  async effective(
    client: Client,
    poll: { readonly known: string | null; readonly waitSeconds: number; readonly signal: AbortSignal },
  ): Promise<{ readonly etag: string; readonly body: EffectiveConfig } | null> {
    const until = performance.now() + Math.min(poll.waitSeconds, WAIT_SECONDS_MAX) * 1000;
    for (;;) {
      const snapshot = await this.state.ready();
      const serving = servingFor(snapshot, client, poll.known !== null);
      const { etag } = serving;
      if (etag !== poll.known) return { etag, body: effectiveFor(snapshot, client, serving) };
      const left = until - performance.now();
      if (left <= 0 || poll.signal.aborted) return null;
      const ahead = serving.until === null ? left : Math.max(0, serving.until - steadyNow()) + 1;
      await this.#nextChange(Math.min(left, ahead), poll.signal);
    }
  }

  async report(report: InstanceReport) {
    requireWritable(this.#context);
    return acceptReport(this.#context, this.#leases, report);
  }

  async leave(instance: Place & { readonly instanceId: string }) {
    requireWritable(this.#context);
    return leave(this.#context, this.#leases, instance);
  }

  async evaluateFlags(
    place: Place,
    request: {
      readonly body: unknown;
      readonly key: string | null;
      readonly instanceId: string | null;
      readonly ifNoneMatch: string | null;
      readonly eventsUri: string;
    },
  ): Promise<OfrepAnswer> {
    const context = contextOf(request.body as JsonObject);
    if (context === undefined) {
      return {
        status: 400,
        body: {
          key: request.key ?? '',
          errorCode: 'INVALID_CONTEXT',
          errorDetails: 'the context must be an object, its targetingKey a text',
        },
        etag: null,
      };
    }
    const snapshot = await this.state.ready();
    const asked = { place, instanceId: request.instanceId, context, timestamp: Math.floor(Date.now() / 1000) };
    return request.key === null ? evaluateAll(snapshot, asked, request) : evaluateOne(snapshot, asked, request.key);
  }

  /** Server-sent events that say when to evaluate again. `id` is the store's revision. */
  flagEvents(place: Place, options: Parameters<typeof flagEvents>[2]): Promise<ReadableStream<Uint8Array>> {
    return flagEvents(this.state, place, options);
  }

  #nextChange(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        unsubscribe();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      const unsubscribe = this.state.subscribe((changed) => (isDeciding(changed) ? done() : undefined));
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #at(revision: number | undefined): Promise<ConfigSnapshot> {
    return revision === undefined ? this.state.ready() : this.state.at(revision);
  }

  async #write(what: string, target: string, body: { readonly idempotencyKey: string }, change: () => Promise<number>) {
    return { revision: String(await this.#audited(what, target, body, change)) };
  }

  #audited<T>(
    what: string,
    target: string,
    body: { readonly idempotencyKey: string },
    change: () => Promise<T>,
  ): Promise<T> {
    const guard = 'expectGeneration' in body ? `generation ${String(body.expectGeneration)}` : null;
    const reason = 'reason' in body && typeof body.reason === 'string' && body.reason !== '' ? body.reason : null;
    return this.#change(
      { action: `config.${what}`, targetKind: 'configuration', target, guard, note: reason },
      body,
      change,
    );
  }
}

function shown(result: ReturnType<typeof evaluateFlag>): EvaluatedFlag {
  const { key, steps } = result;
  if (!result.ok)
    return {
      key,
      ok: false,
      reason: result.errorCode,
      value: null,
      hasValue: false,
      variant: null,
      error: result.errorDetails,
      steps,
    };
  return {
    key,
    ok: true,
    reason: result.reason,
    value: result.value ?? null,
    hasValue: result.value !== undefined,
    variant: result.variant ?? null,
    error: null,
    steps,
  };
}
