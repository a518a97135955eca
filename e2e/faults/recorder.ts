/** What the clients of a drill did and what they were told, as the judges take it (server/store/sim/histories). */
import { type Event, EventType, type KeyValue } from '../../lib/base/etcdpb/mvcc.ts';
import { ClientError } from '../../lib/client/index.ts';
import type { HistoryEvent } from '../../server/store/sim/histories/events.ts';
import type { KvAnswer, KvCall, SeenPair } from '../../server/store/sim/histories/kv-model.ts';
import type { KeyOperation, ListRead } from '../../server/store/sim/histories/revision-order.ts';

export const now = (): number => performance.now();

export class Recorder {
  readonly operations: KeyOperation[] = [];
  readonly lists: ListRead[] = [];
  ok = 0;
  refused = 0;
  unknown = 0;

  /**
   * Runs one call and keeps what became of it: answered, certainly not done, or unknown. Undefined when it was not answered.
   * @param calls what it does to each of its keys
   */
  async run(
    calls: Readonly<Record<string, KvCall>>,
    perform: () => Promise<Readonly<Record<string, KvAnswer>>>,
  ): Promise<Readonly<Record<string, KvAnswer>> | undefined> {
    const calledAt = now();
    const keep = (more: (key: string) => Partial<KeyOperation> & { readonly answer?: KvAnswer }) => {
      const at = now();
      for (const [key, call] of Object.entries(calls)) {
        const { answer, isRefused = false } = more(key);
        const told = answer === undefined ? undefined : { at, value: answer };
        this.operations.push({ key, operation: { call, calledAt, answer: told }, isRefused });
      }
    };
    try {
      const answers = await perform();
      this.ok++;
      keep((key) => {
        const answer = answers[key];
        return answer === undefined ? {} : { answer };
      });
      return answers;
    } catch (cause) {
      if (!(cause instanceof ClientError)) throw cause;
      if (cause.maybeApplied) this.unknown++;
      else this.refused++;
      keep(() => ({ isRefused: !cause.maybeApplied }));
      return undefined;
    }
  }
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

export const seenPair = (kv: KeyValue | undefined): SeenPair | undefined =>
  kv === undefined
    ? undefined
    : {
        value: text(kv.value),
        createRevision: kv.createRevision,
        modRevision: kv.modRevision,
        version: kv.version,
      };

export const listedPair = (kv: KeyValue) => ({
  key: text(kv.key),
  value: text(kv.value),
  modRevision: kv.modRevision,
});

export function historyEvent({ type, kv }: Event): HistoryEvent {
  if (kv === undefined) throw new Error('an event without its pair');
  const key = text(kv.key);
  if (type === EventType.DELETE) return { revision: kv.modRevision, key, pair: undefined };
  const { createRevision, modRevision, version, lease } = kv;
  return {
    revision: modRevision,
    key,
    pair: { value: text(kv.value), createRevision, modRevision, version, lease },
  };
}
