/** Whether a caller may watch a range, in the words in which etcd refuses it. Asked when a watch is created, and never again. */
import { EtcdError, etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import type { WatchCreateRequest } from '../../../../lib/base/etcdpb/watch.ts';
import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import type { Call } from '../front/types.ts';
import { readFor, type ServiceContext } from './context.ts';

const FIRST_KEY = Uint8Array.of(0);
/** Go's names of the codes that a refusal can have. Whatever else it is, it is told as a denial. */
const CODE_NAMES = new Map<GrpcCode, string>([
  [GrpcCode.UNAUTHENTICATED, 'Unauthenticated'],
  [GrpcCode.INVALID_ARGUMENT, 'InvalidArgument'],
  [GrpcCode.PERMISSION_DENIED, 'PermissionDenied'],
]);

/** Undefined: permitted. @throws EtcdError when it cannot be found out now */
export async function refusalOfWatch(
  context: ServiceContext,
  call: Call,
  { key, rangeEnd }: WatchCreateRequest,
): Promise<string | undefined> {
  try {
    await readFor(context, call, {
      check: ({ auth, identity }) => auth.checkRead(identity, key.length === 0 ? FIRST_KEY : key, rangeEnd),
      read: () => undefined,
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof EtcdError) || error.code === GrpcCode.UNAVAILABLE) throw error;
    const name = CODE_NAMES.get(error.code);
    const { message } = name === undefined ? etcdErrors.permissionDenied() : error;
    return `rpc error: code = ${name ?? 'PermissionDenied'} desc = ${message}`;
  }
}
