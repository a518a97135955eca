/** grpc.health.v1.Health. A member that answers is SERVING; whether it has a leader is /health's business, as in etcd. */
import { EtcdError } from '../../../../lib/base/etcdpb/errors.ts';
import { HealthCheckRequest, HealthCheckResponse, ServingStatus } from '../../../../lib/base/etcdpb/health.ts';
import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import { serverStream, unary } from '../front/method.ts';
import type { Method, ServerStream, StreamHandler } from '../front/types.ts';

const codec = { request: HealthCheckRequest, response: HealthCheckResponse };
const OVERALL = '';

export function healthMethods(): readonly Method[] {
  return [
    unary('/grpc.health.v1.Health/Check', codec, ({ service }) => {
      if (service !== OVERALL) throw new EtcdError(GrpcCode.NOT_FOUND, 'unknown service');
      return { status: ServingStatus.SERVING };
    }),
    serverStream('/grpc.health.v1.Health/Watch', codec, (stream) => new HealthWatch(stream)),
  ];
}

/** Says the status once and stays open until the client leaves or the member stops. */
class HealthWatch implements StreamHandler<{ readonly service: string }> {
  readonly #stream: ServerStream<{ readonly status: number }>;

  constructor(stream: ServerStream<{ readonly status: number }>) {
    this.#stream = stream;
  }

  onMessage(request: { readonly service: string }): void {
    this.#stream.send({
      status: request.service === OVERALL ? ServingStatus.SERVING : ServingStatus.SERVICE_UNKNOWN,
    });
  }

  onEnd(): void {}
  onDrain(): void {}
  onClose(): void {}
}
