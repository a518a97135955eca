/** Finds etcd and etcdctl on PATH (Debian's, as a rule), or installs them where that is possible: as root, on a Debian that has the packages. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type EtcdVersion, parseVersion } from './etcd-version.ts';

const run = promisify(execFile);
const EXTRA_FOLDERS = ['/usr/sbin', '/usr/local/bin', '/usr/bin'];
const INSTALL_TIMEOUT_MS = 180_000;

export interface EtcdBinaries {
  readonly server: string;
  readonly ctl: string;
  readonly version: EtcdVersion;
}

export type Located = { readonly found: true; readonly binaries: EtcdBinaries } | { found: false; reason: string };

export async function locateEtcd(): Promise<Located> {
  const first = await findBoth();
  if (first !== undefined) return { found: true, binaries: first };
  const refusal = await install();
  if (refusal !== undefined) return { found: false, reason: refusal };
  const second = await findBoth();
  if (second === undefined) return { found: false, reason: 'etcd is still missing after its installation' };
  return { found: true, binaries: second };
}

async function findBoth(): Promise<EtcdBinaries | undefined> {
  const server = await find('etcd');
  const ctl = await find('etcdctl');
  if (server === undefined || ctl === undefined) return undefined;
  const { stdout } = await run(server, ['--version']);
  return { server, ctl, version: parseVersion(stdout) };
}

async function find(name: string): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...EXTRA_FOLDERS];
  for (const folder of folders) {
    const file = path.join(folder, name);
    const usable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return file;
  }
  return undefined;
}

/** Why it could not be installed, or undefined. */
async function install(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'no etcd on PATH, and only root could install it';
  const apt = await find('apt-get');
  if (apt === undefined) return 'no etcd on PATH, and no apt-get to install it with';
  const options = {
    timeout: INSTALL_TIMEOUT_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  };
  const lock = ['-o', 'DPkg::Lock::Timeout=120'];
  try {
    await run(apt, [...lock, 'install', '-y', '--no-install-recommends', 'etcd-server', 'etcd-client'], options);
    return undefined;
  } catch (cause) {
    return `no etcd on PATH, and apt-get could not install it: ${cause instanceof Error ? cause.message : cause}`;
  }
}
