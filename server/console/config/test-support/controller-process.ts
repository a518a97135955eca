/**
 * A console replica's controller as a process of its own, for drills: ends itself with SIGKILL at a write point, unless another
 * replica has done so already.
 *
 *   controller-process.ts ENDPOINTS POINT before|after FLAG-FOLDER
 */
import { mkdirSync } from 'node:fs';
import { openEtcdEngine } from '../../../engines/etcd/engine.ts';
import { RolloutController, type WritePoint } from '../controller.ts';
import { ConfigKeys, DEFAULT_CONFIG_PREFIX } from '../keys.ts';
import { ConfigState } from '../state.ts';

const LEADER_TTL_SECONDS = 2;

const [endpoints = '', point = '', when = '', flag = ''] = process.argv.slice(2);
const engine = openEtcdEngine({ endpoints: endpoints.split(','), tls: null, auth: null });
const state = new ConfigState(engine, new ConfigKeys(DEFAULT_CONFIG_PREFIX));

/** Exactly one replica gets to make the folder. */
function isFirst(): boolean {
  try {
    mkdirSync(flag);
    return true;
  } catch {
    return false;
  }
}

function onWrite(at: WritePoint, moment: 'before' | 'after'): void {
  if (at === point && moment === when && isFirst()) process.kill(process.pid, 'SIGKILL');
}

new RolloutController({ engine, state, checkHosts: [], onWrite, leaderTtlSeconds: LEADER_TTL_SECONDS }).start();
// The controller's own timers hold no process open.
setInterval(() => undefined, 60_000);
