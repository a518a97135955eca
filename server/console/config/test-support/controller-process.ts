/**
 * A console replica's controller as a process of its own, for drills: ends itself with SIGKILL at a write point, unless another
 * replica has done so already. A write that no point announced is told by a file beside the flag: it could not be drilled.
 *
 *   controller-process.ts ENDPOINTS POINT before|after FLAG-FOLDER
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { utf8Decode } from '../../../../lib/base/bytes.ts';
import type { Engine, GuardedWrite } from '../../../engines/engine.ts';
import { openEtcdEngine } from '../../../engines/etcd/engine.ts';
import { RolloutController, type WritePoint } from '../controller.ts';
import { ConfigKeys, DEFAULT_CONFIG_PREFIX } from '../keys.ts';
import { ConfigState } from '../state.ts';

const LEADER_TTL_SECONDS = 2;

const [endpoints = '', point = '', when = '', flag = ''] = process.argv.slice(2);
const store = openEtcdEngine({ endpoints: endpoints.split(','), tls: null, auth: null });
/** Writes that were announced and have not been sent. */
let announced = 0;

function toldOf(write: GuardedWrite): void {
  if (announced > 0) announced--;
  else {
    const keys = write.ops.map((op) => utf8Decode(op.type === 'put' ? op.key : op.range.key));
    writeFileSync(`${flag}.unannounced`, keys.join('\n'));
  }
}

const engine: Engine = {
  ...store,
  kv: {
    list: (request) => store.kv.list(request),
    write: (write) => {
      toldOf(write);
      return store.kv.write(write);
    },
  },
};
const state = new ConfigState(engine, new ConfigKeys(DEFAULT_CONFIG_PREFIX), null);

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
  if (moment === 'before') announced++;
  if (at === point && moment === when && isFirst()) process.kill(process.pid, 'SIGKILL');
}

new RolloutController({ engine, state, checkHosts: [], onWrite, leaderTtlSeconds: LEADER_TTL_SECONDS }).start();
// The controller's own timers hold no process open.
setInterval(() => undefined, 60_000);
