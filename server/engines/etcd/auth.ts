/** What the store says of signing in, as this engine's errors carry it. The token itself: lib/base/etcdpb/sign-in.ts. */
import { isAuthOff } from '../../../lib/base/etcdpb/sign-in.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { EngineError } from '../engine.ts';

/** True for the store's answer to a login that needs none. */
export const saysAuthIsOff = (error: EngineError): boolean =>
  error.code === GrpcCode.FAILED_PRECONDITION && isAuthOff(error.message);
