/** Many keys, quickly: in transactions as large as etcd takes, several at a time. */
import { type Client, putOp } from '../../lib/client/index.ts';

/** etcd's own bound for one transaction. */
const TXN_OPS = 128;
const IN_FLIGHT = 16;

export async function putMany(
  client: Client,
  options: {
    readonly keys: number;
    readonly nameOf: (index: number) => string;
    readonly textOf: (index: number) => string;
  },
): Promise<void> {
  const { keys, nameOf, textOf } = options;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < keys) {
      const from = next;
      next = Math.min(keys, next + TXN_OPS);
      await client.txn({
        success: Array.from({ length: next - from }, (_, i) => putOp(nameOf(from + i), textOf(from + i))),
      });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
}
