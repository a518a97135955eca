/**
 * Which hosts may be dialled. Members say themselves where they are reached, and whoever may change a member could point that
 * anywhere: only hosts that the settings name are dialled, on whatever port; this machine counts as one host under all its loopback names.
 */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i;

/** "[::1]:2379" → "loopback", "Etcd-1.example:2379" → "etcd-1.example". */
function hostOf(address: string): string {
  const host = address.replace(/:\d+$/, '').toLowerCase();
  return LOOPBACK.test(host) ? 'loopback' : host;
}

/** @param address host:port @param configured host:port each */
export function isConfiguredHost(address: string, configured: readonly string[]): boolean {
  const host = hostOf(address);
  return configured.some((one) => hostOf(one) === host);
}
