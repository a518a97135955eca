/** What /metrics says of the client port: calls by method and code, bytes, connections. */
import { GrpcCode } from '../../../../../lib/base/grpc-status.ts';
import type { HistogramSample, Labels, MetricsText, Sample } from '../../../../../lib/base/prometheus-text.ts';
import type { FrontStats, Method } from '../../front/types.ts';

interface GrpcSource {
  readonly methods: readonly Method[];
  readonly front: FrontStats;
}

export function addGrpc(text: MetricsText, { methods, front }: GrpcSource): void {
  const started: Sample[] = [];
  const handled: Sample[] = [];
  const received: Sample[] = [];
  const sent: Sample[] = [];
  const handling: HistogramSample[] = [];
  for (const method of methods) {
    if (method.stats.started === 0) continue;
    const { seconds } = method.stats;
    if (seconds !== undefined) handling.push({ labels: labelsOf(method), histogram: seconds });
    const labels = labelsOf(method);
    started.push({ labels, value: method.stats.started });
    received.push({ labels, value: method.stats.messagesReceived });
    sent.push({ labels, value: method.stats.messagesSent });
    method.stats.handled.forEach((value, code) => {
      if (value > 0) handled.push({ labels: { grpc_code: CODE_LABELS[code] ?? String(code), ...labels }, value });
    });
  }
  text.family('grpc_server_started_total', 'counter', 'RPCs started.', started);
  text.family('grpc_server_handled_total', 'counter', 'RPCs completed, by code.', handled);
  text.family('grpc_server_msg_received_total', 'counter', 'Messages received.', received);
  text.family('grpc_server_msg_sent_total', 'counter', 'Messages sent.', sent);
  text.histograms('grpc_server_handling_seconds', 'Time from a call to its status.', handling);
  const bytes = 'etcd_network_client_grpc';
  text.counter(`${bytes}_received_bytes_total`, 'Bytes received from gRPC clients.', front.grpcBytesReceived);
  text.counter(`${bytes}_sent_bytes_total`, 'Bytes sent to gRPC clients.', front.grpcBytesSent);
  text.gauge('quorate_client_connections', 'Open connections on the client port.', front.connections);
  text.gauge('quorate_client_streams', 'Open gRPC calls and streams.', front.openStreams);
}

/** The spelling of grpc-go's code labels: "OK", "InvalidArgument", "NotFound". */
const CODE_LABELS: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(GrpcCode).map(([name, code]) => [
    code,
    code === GrpcCode.OK
      ? 'OK'
      : name
          .toLowerCase()
          .split('_')
          .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
          .join(''),
  ]),
);

function labelsOf(method: Method): Labels {
  const [, service = '', name = ''] = method.path.split('/');
  const type = method.kind === 'unary' ? 'unary' : method.clientStreams ? 'bidi_stream' : 'server_stream';
  return { grpc_method: name, grpc_service: service, grpc_type: type };
}
