/**
 * Methods that ask for root, or for any user, before they do anything. Those of keys, leases, users, locks and elections ask for
 * more than that, and do so themselves. A method that nobody classified is root's.
 */
import { AlarmAction, type AlarmRequest } from '../../../../lib/base/etcdpb/cluster.ts';
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import type { StoreMember } from '../../member/types.ts';
import type { Call, Method, ServerStream, StreamHandler } from '../front/types.ts';
import type { Callers } from './callers.ts';

/** `own`: the service checks by itself. `open`: nobody needs to be named. */
export type Right = 'root' | 'user' | 'own' | 'open';

const alarmRight = (request: object): Right => ((request as AlarmRequest).action === AlarmAction.GET ? 'user' : 'root');

const RIGHTS: Readonly<Record<string, Right | ((request: object) => Right)>> = {
  '/etcdserverpb.KV/Range': 'own',
  '/etcdserverpb.KV/Put': 'own',
  '/etcdserverpb.KV/DeleteRange': 'own',
  '/etcdserverpb.KV/Txn': 'own',
  '/etcdserverpb.KV/Compact': 'root',
  '/etcdserverpb.Watch/Watch': 'own',
  '/etcdserverpb.Lease/LeaseGrant': 'user',
  '/etcdserverpb.Lease/LeaseRevoke': 'user',
  '/etcdserverpb.Lease/LeaseTimeToLive': 'user',
  '/etcdserverpb.Lease/LeaseLeases': 'user',
  '/etcdserverpb.Lease/LeaseKeepAlive': 'own',
  '/etcdserverpb.Cluster/MemberList': 'user',
  '/etcdserverpb.Maintenance/Status': 'user',
  '/etcdserverpb.Maintenance/Alarm': alarmRight,
  '/v3lockpb.Lock/Lock': 'own',
  '/v3lockpb.Lock/Unlock': 'own',
  '/v3electionpb.Election/Campaign': 'own',
  '/v3electionpb.Election/Proclaim': 'own',
  '/v3electionpb.Election/Leader': 'own',
  '/v3electionpb.Election/Observe': 'own',
  '/v3electionpb.Election/Resign': 'own',
  '/quorate.v1.Extras/ListChildren': 'own',
  '/quorate.v1.Extras/WatcherCounts': 'own',
  '/quorate.v1.Extras/LeaderChanges': 'user',
  '/grpc.health.v1.Health/Check': 'open',
  '/grpc.health.v1.Health/Watch': 'open',
};

export function rightOf(path: string, request: object): Right {
  if (path.startsWith('/etcdserverpb.Auth/')) return 'own';
  const right = RIGHTS[path] ?? 'root';
  return typeof right === 'function' ? right(request) : right;
}

/** The same methods, each asking first. Costs nothing while authentication is off. */
export function guardMethods(methods: readonly Method[], member: StoreMember, callers: Callers): readonly Method[] {
  const check = async (call: Call, right: Right): Promise<void> => {
    const identity = await callers.identify(call);
    if (right === 'root') member.auth.checkRoot(identity);
    else if (member.auth.isEnabled && identity.revision === 0) throw etcdErrors.userEmpty();
  };
  const needsCheck = (right: Right): boolean => right !== 'own' && right !== 'open';
  return methods.map((method): Method => {
    if (method.kind === 'unary') {
      const { handle, path } = method;
      return {
        ...method,
        handle: (request, call) => {
          if (!member.auth.isEnabled) return handle(request, call);
          const right = rightOf(path, request);
          return needsCheck(right) ? check(call, right).then(() => handle(request, call)) : handle(request, call);
        },
      };
    }
    const { open, path } = method;
    return {
      ...method,
      open: (stream) => {
        if (!member.auth.isEnabled) return open(stream);
        const right = rightOf(path, {});
        return needsCheck(right) ? new CheckedStream(stream, check(stream, right), open) : open(stream);
      },
    };
  });
}

/** A stream whose handler is made once its caller was found entitled; what comes before waits. */
class CheckedStream implements StreamHandler<object> {
  #handler: StreamHandler<object> | undefined;
  #waiting: ((handler: StreamHandler<object>) => void)[] = [];
  #isClosed = false;

  constructor(
    stream: ServerStream<object>,
    checked: Promise<void>,
    open: (stream: ServerStream<object>) => StreamHandler<object>,
  ) {
    const start = (): void => {
      if (this.#isClosed) return;
      const handler = open(stream);
      this.#handler = handler;
      for (const step of this.#waiting) step(handler);
      this.#waiting = [];
    };
    checked.then(start).catch((error: Error) => stream.fail(error));
  }

  onMessage(request: object): void {
    this.#when((handler) => handler.onMessage(request));
  }

  onEnd(): void {
    this.#when((handler) => handler.onEnd());
  }

  onDrain(): void {
    this.#handler?.onDrain();
  }

  onClose(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#handler?.onClose();
  }

  #when(step: (handler: StreamHandler<object>) => void): void {
    if (this.#handler !== undefined) step(this.#handler);
    else if (!this.#isClosed) this.#waiting.push(step);
  }
}
