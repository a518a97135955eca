/**
 * etcd's duplicate-key rule: within one branch of a transaction, nested ones included, a key is put at most once and a
 * put key lies in no delete range. Then and else of the same transaction may name the same key, since only one runs;
 * deletes may overlap. So a key changes at most once per revision, which the index relies on.
 *
 * Stricter than etcd in one corner: etcd overlooks a put in one nested transaction followed by a delete of it in a
 * later sibling, and then records two changes of one key in one revision.
 */
import { type ByteString, toByteString } from '../../../lib/base/bytes.ts';
import { etcdErrors } from '../../../lib/base/etcdpb/errors.ts';
import type { RequestOp, TxnRequest } from '../../../lib/base/etcdpb/kv.ts';
import { keyRangeOf } from './key-range.ts';

interface Deletion {
  readonly from: ByteString;
  /** Exclusive; undefined: open. */
  readonly to: ByteString | undefined;
}

interface Touched {
  readonly puts: ReadonlySet<ByteString>;
  readonly deletions: readonly Deletion[];
}

/** @throws EtcdError duplicate key given in txn request */
export function checkDuplicateKeys(request: TxnRequest): void {
  touchedByTxn(request);
}

function touchedByTxn(request: TxnRequest): Touched {
  const then = touchedByBranch(request.success);
  const otherwise = touchedByBranch(request.failure);
  return {
    puts: new Set([...then.puts, ...otherwise.puts]),
    deletions: [...then.deletions, ...otherwise.deletions],
  };
}

function touchedByBranch(ops: readonly RequestOp[]): Touched {
  const touched = ops.map(touchedByOp);
  const puts = new Set<ByteString>();
  for (const op of touched) {
    for (const key of op.puts) {
      if (puts.has(key)) throw etcdErrors.duplicateKey();
      puts.add(key);
    }
  }
  const deletions = touched.flatMap((op) => op.deletions);
  if (puts.size > 0 && deletions.length > 0) checkPutsAgainstDeletions(touched);
  return { puts, deletions };
}

function touchedByOp(op: RequestOp): Touched {
  if (op.requestTxn !== undefined) return touchedByTxn(op.requestTxn);
  if (op.requestPut !== undefined) return { puts: new Set([toByteString(op.requestPut.key)]), deletions: [] };
  if (op.requestDeleteRange === undefined) return { puts: new Set(), deletions: [] };
  const range = keyRangeOf(op.requestDeleteRange);
  if (range.kind === 'empty') return { puts: new Set(), deletions: [] };
  const deletion = range.kind === 'range' ? range : { from: range.key, to: `${range.key}\0` as ByteString };
  return { puts: new Set(), deletions: [deletion] };
}

interface Point {
  readonly key: ByteString;
  /** At one key: ranges that end there close first, then those that start open, then puts are judged. */
  readonly rank: 0 | 1 | 2;
  readonly owner: number;
}

/** Sweeps all keys in order and refuses a put inside a deletion of another op. O(n log n). */
function checkPutsAgainstDeletions(touched: readonly Touched[]): void {
  const points: Point[] = [];
  touched.forEach(({ puts, deletions }, owner) => {
    for (const key of puts) points.push({ key, rank: 2, owner });
    for (const { from, to } of deletions) {
      points.push({ key: from, rank: 1, owner });
      if (to !== undefined) points.push({ key: to, rank: 0, owner });
    }
  });
  points.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.rank - b.rank));
  const openByOwner = new Array<number>(touched.length).fill(0);
  let open = 0;
  for (const { rank, owner } of points) {
    const own = openByOwner[owner] as number;
    if (rank === 2) {
      if (open > own) throw etcdErrors.duplicateKey();
      continue;
    }
    const step = rank === 1 ? 1 : -1;
    open += step;
    openByOwner[owner] = own + step;
  }
}
