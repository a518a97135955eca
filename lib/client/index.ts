/** The public door of the client. */
export type { CallOptions, Tls } from './channel.ts';
export {
  type Bytes,
  type Client,
  type ConnectOptions,
  connect,
  createRevisionIs,
  deleteOp,
  type GetOptions,
  type GetResult,
  getOp,
  modRevisionIs,
  type PutOptions,
  putOp,
  type Target,
  type TxnResult,
  type WatchOptions,
} from './client.ts';
export { type Election, election, type Leadership } from './election.ts';
export { ClientError, CompactedError, EvictedError, SessionLostError } from './errors.ts';
export type { Session } from './session.ts';
export type { WatchBatch } from './watch.ts';
