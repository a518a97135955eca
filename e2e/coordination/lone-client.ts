/**
 * A program of its own that holds a lock or an office again and again, so that a test can stop it, kill it and let it go on:
 * `node lone-client.ts '{"endpoints":[…],"what":"lock","name":"a/lock","ttlSeconds":3,"fenced":"a/fenced"}'`.
 *
 * It says `holds <token>` when it has it, and at each write to what the lock protects `wrote <token>` or `refused <token>`. With `forMs` null
 * it holds until it dies.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ClientError,
  connect,
  EvictedError,
  election,
  mutex,
  putOp,
  type Session,
  SessionLostError,
} from '../../lib/client/index.ts';

export interface LoneClientOptions {
  readonly endpoints: readonly string[];
  readonly what: 'lock' | 'election';
  readonly name: string;
  readonly value?: string;
  readonly ttlSeconds: number;
  /** The key it protects; null: it writes nothing. */
  readonly fenced: string | null;
  readonly forMs: number | null;
}

const WRITE_EVERY_MS = 25;
const PAUSE_MS = 10;

const options = JSON.parse(process.argv[2] ?? '{}') as LoneClientOptions;
const client = connect({ endpoints: options.endpoints });

for (;;) {
  try {
    await live();
  } catch (cause) {
    const isExpected =
      cause instanceof ClientError || cause instanceof SessionLostError || cause instanceof EvictedError;
    if (!isExpected) throw cause;
    console.log(`lost: ${cause.message}`);
    await sleep(PAUSE_MS);
  }
}

async function live(): Promise<void> {
  const session = await client.session({ ttlSeconds: options.ttlSeconds });
  try {
    while (!session.signal.aborted) await hold(session);
  } finally {
    // Else its lease would be kept alive, and what it holds with it, while this program queues up behind itself.
    await session.close();
  }
  console.log('lost: its session ended');
}

async function hold(session: Session): Promise<void> {
  if (options.what === 'lock') {
    const held = await mutex(client, options.name).acquire(session);
    await use(held);
    await held.release();
  } else {
    const held = await election(client, options.name).campaign(session, options.value ?? session.leaseHex);
    await use(held);
    await held.resign();
  }
}

async function use(held: Pick<Awaited<ReturnType<ReturnType<typeof mutex>['acquire']>>, 'token' | 'guard' | 'signal'>) {
  console.log(`holds ${held.token}`);
  const until = options.forMs === null ? Number.POSITIVE_INFINITY : Date.now() + options.forMs;
  while (Date.now() < until && !held.signal.aborted) {
    if (options.fenced !== null) {
      const { succeeded } = await client.txn({
        compare: [held.guard],
        success: [putOp(options.fenced, String(held.token))],
      });
      console.log(`${succeeded ? 'wrote' : 'refused'} ${held.token}`);
      if (!succeeded) return;
    }
    await sleep(WRITE_EVERY_MS);
  }
}
