/**
 * Whom the gates of a rollout may ask. Their addresses stand in the store, written by whoever may write there, and it is this
 * server that dials them: so only hosts that the settings name are dialled, and no redirect leads elsewhere (checks.ts).
 */
import type { Plan } from '../../../lib/config/plan.ts';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** "https://Metrics.example/x" → "metrics.example:443". */
export function hostAndPort(address: URL): string {
  const port = address.port === '' ? (DEFAULT_PORTS[address.protocol] ?? '') : address.port;
  return `${address.hostname.toLowerCase()}:${port}`;
}

/** Null: it may be asked. @param checkHosts host:port each, lower case */
export function checkRefusal(url: string, checkHosts: readonly string[]): string | null {
  const host = hostAndPort(new URL(url));
  if (checkHosts.includes(host)) return null;
  return `${host} is not among the hosts that this console may ask: name it in QUORATE_CHECK_HOSTS`;
}

/** The first gate that may not be asked. */
export function refusedGate(
  { gate }: Plan,
  checkHosts: readonly string[],
): { readonly path: string; readonly message: string } | undefined {
  for (const kind of ['metrics', 'webhooks'] as const) {
    for (const [index, { url }] of gate[kind].entries()) {
      const message = checkRefusal(url, checkHosts);
      if (message !== null) return { path: `gate.${kind}.${index}.url`, message };
    }
  }
  return undefined;
}
