/** What applications get: the merged document of their place, as their cohort serves it; and what they report back. */
import type { EffectiveConfig } from '../../../lib/api/config-types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { canonicalJson } from '../../../lib/config/json.ts';
import { effective } from '../../../lib/config/merge.ts';
import type { InstanceReport } from '../../../lib/config/report.ts';
import {
  type Asker,
  type Chosen,
  chooseRelease,
  inForce,
  layerContent,
  meets,
  tried,
} from '../../../lib/config/resolve.ts';
import { layersOf, type Place, placeId } from '../../../lib/config/target.ts';
import { EngineError } from '../../engines/engine.ts';
import { ConsoleError } from '../errors.ts';
import { steadyNow } from './clock.ts';
import { sha256 } from './content.ts';
import { type ConfigContext, ConfigWrite, conflict } from './context.ts';
import { instanceKey } from './fleet.ts';
import type { Family } from './keys.ts';
import type { ConfigSnapshot } from './snapshot.ts';

export interface Client extends Place, Asker {}

/** The releases of the layers as this client is to use them. */
export const choose = (snapshot: ConfigSnapshot, client: Client): Chosen[] =>
  layersOf(placeId(client)).flatMap((target): Chosen[] => {
    const assign = inForce(snapshot.assignment(target).value, steadyNow());
    const chosen = chooseRelease(assign, client, (releaseId) => snapshot.release(target, releaseId));
    return chosen === null ? [] : [chosen];
  });

/** The documents that decide what is served. Reports do not: a fleet's would wake every client that waits, for each of them. */
const DECIDING: readonly Family[] = ['assign', 'releases', 'targets'];

export const isDeciding = (changed: ReadonlySet<Family>): boolean => DECIDING.some((family) => changed.has(family));

/** Which releases a client is to use: all that must be known to tell whether it has them. */
export interface Serving {
  readonly chosen: readonly Chosen[];
  readonly generation: number;
  /** Changes with what is served and with the assignments that decided it, so that a client can tell both. */
  readonly etag: string;
  /** When an exposure runs out unless somebody renews it, by `steadyNow`; null: nothing of the kind. */
  readonly until: number | null;
}

/**
 * @param hasOne the client has a document: where nothing is served any more it is told so, with an empty one
 * @throws ConsoleError NOT_FOUND; 409 INCOMPATIBLE when even what is stable is not for this version
 */
export function servingFor(snapshot: ConfigSnapshot, client: Client, hasOne: boolean): Serving {
  const chosen = choose(snapshot, client);
  const narrowest = chosen.at(-1);
  const generation = narrowest?.generation ?? withdrawnAt(snapshot, client);
  if (generation === 0 || (narrowest === undefined && !hasOne))
    throw new ConsoleError(GrpcCode.NOT_FOUND, `nothing is configured for ${placeId(client)}`);
  const misfit = chosen.find(({ release }) => !meets(release.requires, client));
  if (misfit !== undefined) {
    throw conflict(`${misfit.target} is not for this version`, {
      error: 'INCOMPATIBLE',
      requires: misfit.release.requires,
    });
  }
  const lines = chosen.map((one) => `${one.target} ${one.release.releaseId} ${one.generation}`);
  const etag = `"${sha256([generation, ...lines].join('\n')).slice(0, 24)}"`;
  const ends = layersOf(placeId(client)).map((target) => snapshot.assignment(target).value.expiresAt);
  const ahead = ends.filter((at) => at !== null && at > steadyNow()).map(Number);
  return { chosen, generation, etag, until: ahead.length === 0 ? null : Math.min(...ahead) };
}

/** The document itself. */
export function effectiveFor(
  snapshot: ConfigSnapshot,
  client: Client,
  { chosen, generation }: Serving,
): EffectiveConfig {
  const narrowest = chosen.at(-1);
  const { value, provenance } = effective(chosen.map(layerContent));
  const { bundle, app, env, service } = client;
  const schemas = chosen.flatMap(({ target }) => snapshot.get('targets', target)?.value.schema ?? []);
  return {
    bundle,
    app,
    env,
    service,
    releaseId: narrowest?.release.releaseId ?? null,
    semver: narrowest?.release.semver ?? null,
    generation,
    cohort: chosen.some(({ cohort }) => cohort === 'candidate') ? 'candidate' : 'stable',
    layers: chosen.map(({ target, release, generation, cohort }) => ({
      target,
      releaseId: release.releaseId,
      generation,
      cohort,
    })),
    values: value,
    probe: probeFor(snapshot, client, chosen),
    provenance,
    configSha256: sha256(canonicalJson(value)),
    schemas,
    readers: narrowest === undefined ? 0 : snapshot.assignment(narrowest.target).value.readers,
  };
}

/** The generation of the narrowest pointer that serves nothing and once did; 0: there is none. */
const withdrawnAt = (snapshot: ConfigSnapshot, client: Client): number =>
  layersOf(placeId(client)).reduce((last, target) => snapshot.assignment(target).value.generation || last, 0);

/** What this client is asked to validate, without applying it; null: nothing. */
function probeFor(snapshot: ConfigSnapshot, client: Client, chosen: readonly Chosen[]): EffectiveConfig['probe'] {
  const would = tried(chosen, client, layersOf(placeId(client)), (target) => {
    const { probe, generation } = snapshot.assignment(target).value;
    const release = probe === null ? null : snapshot.release(target, probe.releaseId);
    return release === null ? null : { release, generation };
  });
  if (would === null) return null;
  const { value } = effective(would.map(layerContent));
  return {
    layers: would.map(({ target, release, generation }) => ({ target, releaseId: release.releaseId, generation })),
    values: value,
    configSha256: sha256(canonicalJson(value)),
  };
}

/** How long a report keeps an instance in the fleet without another one. */
const REPORT_TTL_SECONDS = 90;
/** How long it is remembered that an instance left in good order. */
export const LEFT_TTL_SECONDS = 600;

/** Beyond so many the one that was granted first is forgotten: its instance gets another one. */
const LEASES_KEPT = 10_000;

/** Leases of instances that report over HTTP. A console that starts anew grants new ones. */
export class ReportLeases {
  readonly #leases = new Map<string, bigint>();

  /** A lease that lives for a while from now. @throws ConsoleError UNIMPLEMENTED */
  async for(context: ConfigContext, key: string, ttlSeconds = REPORT_TTL_SECONDS): Promise<bigint> {
    const { leases } = context.engine;
    if (leases === null) throw new ConsoleError(GrpcCode.UNIMPLEMENTED, 'this store has no leases');
    const known = this.#leases.get(key);
    if (known !== undefined && (await leases.keepAlive(known)) > 0) return known;
    const { id } = await leases.grant(ttlSeconds, 0n);
    this.#leases.set(key, id);
    const [first] = this.#leases.keys();
    if (this.#leases.size > LEASES_KEPT && first !== undefined) this.#leases.delete(first);
    return id;
  }

  async end(context: ConfigContext, key: string): Promise<void> {
    const known = this.#leases.get(key);
    this.#leases.delete(key);
    if (known === undefined) return;
    await context.engine.leases?.revoke(known).catch((error: unknown) => {
      if (!(error instanceof EngineError)) throw error;
    });
  }
}

/** @throws ConsoleError 409 when a newer report of this boot is there, or it claims what was never assigned */
export async function acceptReport(
  context: ConfigContext,
  leases: ReportLeases,
  report: InstanceReport,
): Promise<number> {
  const snapshot = await context.state.ready();
  const key = instanceKey(report);
  // What it would do lies apart from what it does.
  const family = report.state === 'WOULD_ACCEPT' || report.state === 'WOULD_REJECT' ? 'probes' : 'instances';
  const known = snapshot.get(family, key);
  if (known !== undefined && known.value.bootId === report.bootId && known.value.seq >= report.seq) {
    const { seq } = known.value;
    throw conflict(`/seq: report ${report.seq} is not newer than ${seq}, which is known`, { seq, path: '/seq' });
  }
  for (const part of ['layers', 'running'] as const) {
    const at = report[part].findIndex((layer) => !isPossible(snapshot, report, layer));
    const stranger = report[part][at];
    if (stranger === undefined) continue;
    const { generation, target, releaseId } = stranger;
    const path = `/${part}/${at}`;
    const words = `${path}: generation ${generation} of ${target} with ${releaseId} was never assigned`;
    throw conflict(words, { layer: stranger, path });
  }
  const lease = await leases.for(context, key);
  const name = context.keys.key(family, key);
  const write = new ConfigWrite(context.engine).expect(name, known?.modRevision ?? 0).put(name, report, lease);
  write.delete(context.keys.key('left', key));
  const revision = await write.commit();
  if (revision === undefined) throw conflict('another report of this instance came first');
  return revision;
}

/** A layer of its place, a release that exists, a generation that was reached. */
function isPossible(
  snapshot: ConfigSnapshot,
  report: InstanceReport,
  layer: InstanceReport['layers'][number],
): boolean {
  const isOwn = layersOf(placeId(report)).includes(layer.target);
  return (
    isOwn &&
    snapshot.release(layer.target, layer.releaseId) !== null &&
    layer.generation <= snapshot.assignment(layer.target).value.generation
  );
}

/** Leaves in good order: counts as nothing, whatever it was told. */
export async function leave(
  context: ConfigContext,
  leases: ReportLeases,
  report: Pick<InstanceReport, 'bundle' | 'app' | 'env' | 'service' | 'instanceId'>,
): Promise<number> {
  const { engine, keys } = context;
  const key = instanceKey(report);
  const granted = await engine.leases?.grant(LEFT_TTL_SECONDS, 0n);
  const write = new ConfigWrite(engine)
    .delete(keys.key('instances', key))
    .delete(keys.key('probes', key))
    .put(keys.key('left', key), { at: context.now() }, granted?.id ?? 0n);
  const revision = (await write.commit()) ?? 0;
  await leases.end(context, key);
  return revision;
}
