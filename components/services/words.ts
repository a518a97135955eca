/** The sentences of services. Pure: what is said is tested without a browser. */
import type { InstanceView, ServiceView } from '../../lib/api/coordination-types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';

export type Condition = 'up' | 'failing' | 'flapping' | 'down';

/** Came back as often as this: it flaps. */
export const FLAPS_MIN = 2;

export function conditionOf(service: ServiceView): Condition {
  if (service.instanceCount === 0) return 'down';
  if (service.instances.some(({ health }) => health === 'failing')) return 'failing';
  return service.instances.some(({ flaps }) => flaps >= FLAPS_MIN) ? 'flapping' : 'up';
}

/** How a service stands, in one line. */
export function stateText(service: ServiceView): string {
  const failing = service.instances.filter(({ health }) => health === 'failing').length;
  if (service.instanceCount === 0) return `nobody is there, ${plural(service.gone.length, 'instance')} went lately`;
  const parts = [plural(service.instanceCount, 'instance')];
  if (failing > 0) parts.push(`${formatCount(failing)} failing`);
  const restless = service.instances.filter(({ flaps }) => flaps >= FLAPS_MIN).length;
  if (restless > 0) parts.push(`${formatCount(restless)} ${restless === 1 ? 'comes and goes' : 'come and go'}`);
  if (service.gone.length > 0) parts.push(`${formatCount(service.gone.length)} gone lately`);
  return parts.join(', ');
}

/** "1.4.0", or how many run which: a rollout that stopped half-way shows here. */
export function versionsText(service: ServiceView): string {
  const counts = new Map<string, number>();
  for (const { version } of service.instances) {
    if (version !== null) counts.set(version, (counts.get(version) ?? 0) + 1);
  }
  const versions = [...counts].sort(([a], [b]) => (a < b ? 1 : -1));
  if (versions.length === 0) return '';
  const [only] = versions;
  if (versions.length === 1 && only !== undefined) return only[0];
  return versions.map(([version, count]) => `${formatCount(count)} × ${version}`).join(', ');
}

/** What a check says; without one, that its lease is all there is. */
export function healthText({ health }: InstanceView): string {
  if (health === null) return 'by its lease';
  return health === 'passing' ? 'check passes' : 'check fails';
}

export function summary(services: readonly ServiceView[]): string {
  if (services.length === 0) return '';
  const instances = services.reduce((sum, { instanceCount }) => sum + instanceCount, 0);
  const down = services.filter(({ instanceCount }) => instanceCount === 0).length;
  const failing = services.filter((service) => conditionOf(service) === 'failing').length;
  const parts = [plural(services.length, 'service'), plural(instances, 'instance')];
  if (down > 0) parts.push(`${formatCount(down)} with nobody there`);
  if (failing > 0) parts.push(`${formatCount(failing)} with a failing check`);
  return parts.join(', ');
}

/** The call that finds the instances of a service, in the language of Quorate's client. */
export function discoveryCode(name: string, endpoints: readonly string[]): string {
  const { opening, prefix, service } = codeOf(name, endpoints);
  return [
    ...opening,
    `const found = await serviceRegistry(client, '${prefix}').discover('${service}');`,
    `const picked = found.picker('roundRobin')();`,
  ].join('\n');
}

/** The call that registers one more instance with a check, which runs beside it: in the language of Quorate's client. */
export function registrationCode(name: string, endpoints: readonly string[]): string {
  const { opening, prefix, service } = codeOf(name, endpoints);
  return [
    ...opening,
    `const session = await client.session({ ttlSeconds: 10 });`,
    `await serviceRegistry(client, '${prefix}').register(session, {`,
    `  service: '${service}',`,
    `  address: '10.0.0.1:8080',`,
    `  check: { kind: 'http', url: 'http://10.0.0.1:8080/health', intervalMs: 5_000, whenFailing: 'mark' },`,
    `});`,
  ].join('\n');
}

function codeOf(name: string, endpoints: readonly string[]) {
  const slash = name.lastIndexOf('/');
  const quoted = endpoints.map((endpoint) => `'${endpoint.replace(/^https?:\/\//, '')}'`).join(', ');
  return {
    opening: [
      `import { connect, serviceRegistry } from 'quorate/client';`,
      '',
      `const client = connect({ endpoints: [${quoted}] });`,
    ],
    prefix: name.slice(0, Math.max(0, slash)),
    service: name.slice(slash + 1),
  };
}
