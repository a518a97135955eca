/**
 * One instance of the sample application as a process of its own: follows the configuration of its place with the client that
 * applications use. What its document says under `chaos` about its own id, it does: "reject" it, "crash" soon after, fall
 * "silent" (alive, without a word), or turn "down".
 *
 *   --endpoints host:port,…  --place bundle/app/env/service  --id NAME  --folder PATH  [--tag NAME]
 */
import { parseArgs } from 'node:util';
import { connect } from '../../../lib/client/client.ts';
import { ConfigRejected, type JsonObject, openConfig } from '../../../lib/client/config/index.ts';

const CRASH_AFTER_MS = 300;

const { values: flags } = parseArgs({
  options: {
    endpoints: { type: 'string', default: '' },
    place: { type: 'string', default: '' },
    id: { type: 'string', default: '' },
    folder: { type: 'string', default: '' },
    tag: { type: 'string', multiple: true, default: [] },
  },
});
const [bundle = '', app = '', env = '', service = ''] = flags.place.split('/');
const client = connect({ endpoints: flags.endpoints.split(','), begin: 'any' });
let isDown = false;

function chaosFor(values: JsonObject): unknown {
  const { chaos } = values;
  if (typeof chaos !== 'object' || chaos === null || Array.isArray(chaos)) return undefined;
  return (chaos as JsonObject)[flags.id];
}

const config = openConfig({
  from: client,
  ...{ bundle, app, env, service, instanceId: flags.id, tags: flags.tag, appVersion: '1.4.0' },
  ...(flags.folder === '' ? {} : { folder: flags.folder }),
  validate: (values) => {
    if (chaosFor(values) === 'reject')
      throw new ConfigRejected(`/chaos/${flags.id}`, 'this instance cannot live with it');
  },
  apply: async (values) => {
    const chaos = chaosFor(values);
    isDown = chaos === 'down';
    // Stuck in the middle of applying: alive, and never done.
    if (chaos === 'silent') await new Promise(() => undefined);
    if (chaos === 'crash') setTimeout(() => process.kill(process.pid, 'SIGKILL'), CRASH_AFTER_MS);
  },
  health: () => (isDown ? 'DOWN' : 'UP'),
  onTrouble: (reason) => console.error(`${flags.id}: ${reason}`),
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    // A stuck apply must not keep the process from ending.
    setTimeout(() => process.exit(1), 2_000).unref();
    void config.close().then(() => {
      client.close();
      process.exit(0);
    });
  });
}
await config.ready;
console.log(`${flags.id} is ready`);
