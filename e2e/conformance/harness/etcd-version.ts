/** Which etcd we stand beside, and from which of its releases on it answers as we do. */

export interface EtcdVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** "3.4.23" anywhere in a text. @throws Error where there is none */
export function parseVersion(text: string): EtcdVersion {
  const [, major, minor, patch] = /\b(\d+)\.(\d+)\.(\d+)/.exec(text) ?? [];
  if (major === undefined) throw new Error(`no version in "${text.trim()}"`);
  return { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

/**
 * A change of behaviour usually comes with a minor release and is carried back into older ones: `since` holds the first release of each
 * line that has it. Lines between those named do not have it; every line after the last one has.
 */
export function isSince(version: EtcdVersion, since: readonly string[]): boolean {
  const firsts = since.map(parseVersion);
  const sameLine = firsts.find(({ major, minor }) => major === version.major && minor === version.minor);
  if (sameLine !== undefined) return version.patch >= sameLine.patch;
  return firsts.every(
    ({ major, minor }) => version.major > major || (version.major === major && version.minor > minor),
  );
}
