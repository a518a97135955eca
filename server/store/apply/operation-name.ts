/** The names etcd's metrics have for what is applied: "Put", "LeaseGrant". */
import { InternalRaftRequest } from '../../../lib/base/etcdpb/raft.ts';

const FRAMING: ReadonlySet<string> = new Set(['id', 'header']);
const FIELDS = Object.keys(InternalRaftRequest.create({})).filter((field) => !FRAMING.has(field));
const NAMES = new Map(FIELDS.map((field) => [field, field.charAt(0).toUpperCase() + field.slice(1)]));

/** Undefined when the request holds nothing this version knows. */
export function operationName(request: InternalRaftRequest): string | undefined {
  // Nearly all of a log.
  if (request.put !== undefined) return 'Put';
  if (request.txn !== undefined) return 'Txn';
  for (const [field, name] of NAMES) if (request[field as keyof InternalRaftRequest] !== undefined) return name;
  return undefined;
}
