/** The public door of the client. */
export type { CallOptions, Credentials, Tls } from './channel.ts';
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
export { type Config, type ConfigOptions, ConfigRejected, openConfig } from './config/index.ts';
export {
  AlreadyHeldError,
  ClientError,
  CompactedError,
  EvictedError,
  LayoutError,
  SessionLostError,
  WaitTimeoutError,
} from './errors.ts';
export type { Host } from './host.ts';
export { type Barrier, type BarrierWait, barrier } from './recipes/barrier.ts';
export type { Held } from './recipes/contender.ts';
export {
  type AddOptions,
  type Counter,
  counter,
  type LocalCounter,
  localCounter,
  shardedCounter,
  UnclearAdditionError,
} from './recipes/counter.ts';
export {
  BarrierTimeoutError,
  type DoubleBarrier,
  doubleBarrier,
  type Entered,
  type EnterOptions,
  hierarchicalBarrier,
  type Level,
} from './recipes/double-barrier.ts';
export { type Election, election, type LeaderCache, type Leadership } from './recipes/election.ts';
export { type Group, group, type Member, type Membership } from './recipes/group.ts';
export { type Lockable, type Mutex, mutex, type TryOptions } from './recipes/mutex.ts';
export {
  type DelayedQueue,
  delayedQueue,
  type PriorityQueue,
  priorityQueue,
  type Queue,
  queue,
  type Taken,
  type TakeOptions,
} from './recipes/queue.ts';
export { type RwLock, rwLock } from './recipes/rw-lock.ts';
export { type Semaphore, semaphore } from './recipes/semaphore.ts';
export {
  type Discovery,
  type Instance,
  type Registration,
  type ServiceRegistry,
  serviceRegistry,
} from './recipes/service-registry.ts';
export type { RecipeStore, WaitOptions } from './recipes/store.ts';
export type { Session } from './session.ts';
export type { WatchBatch } from './watch.ts';
