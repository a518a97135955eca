/**
 * The JSON gateway: POST /v3/… in proto3 JSON, driven by the same methods and message tables as gRPC (answers as etcd
 * 3.6 gives them). Unary calls here; streams in gateway-stream.ts.
 */
import { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { EtcdError } from '../../../../lib/base/etcdpb/errors.ts';
import { GrpcCode, httpStatusOf } from '../../../../lib/base/grpc-status.ts';
import { fromJson, parseJson, toJson } from '../../../../lib/base/protobuf/json.ts';
import { messageTooLarge } from '../front/frame.ts';
import type { UnaryMethod, UpgradeHandler } from '../front/types.ts';
import { GATEWAY_BODY_BYTES_MAX } from '../limits.ts';
import { GatewayCall, type GatewayOptions, gatewayStatusOf } from './gateway-call.ts';
import { HttpCarrier } from './gateway-carrier.ts';
import { GATEWAY_PATHS } from './gateway-paths.ts';
import { createSocketUpgrade } from './gateway-socket.ts';
import { GatewayStreams } from './gateway-stream.ts';
import { sendJson } from './respond.ts';

export interface Gateway {
  readonly handle: (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>;
  /** A request to go on as a WebSocket. */
  readonly upgrade: UpgradeHandler;
  /** Ends open streams with "server stopped". */
  close(): void;
}

export function createGateway(options: GatewayOptions): Gateway {
  const byPath = new Map(options.methods.map((method) => [method.path, method]));
  const streams = new GatewayStreams(options);
  const handle: Gateway['handle'] = async (request, response, path) => {
    const method = byPath.get(GATEWAY_PATHS.get(path) ?? '');
    if (method === undefined) sendJson(response, 404, { code: GrpcCode.NOT_FOUND, message: 'Not Found' });
    else if (request.method !== 'POST') {
      sendJson(response, 501, { code: GrpcCode.UNIMPLEMENTED, message: 'Method Not Allowed' });
    } else if (method.kind === 'stream') {
      const carrier = new HttpCarrier(request, response);
      carrier.listen(streams.open(method, carrier));
    } else await serveUnary(method, options, request, response);
  };
  const upgrade = createSocketUpgrade((path) => byPath.get(GATEWAY_PATHS.get(path) ?? ''), streams);
  return { handle, upgrade, close: () => streams.close() };
}

async function serveUnary(
  method: UnaryMethod,
  options: GatewayOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { stats } = method;
  const startedAt = stats.start();
  try {
    const body = await readBody(request);
    const message = fromJson(method.request, body.trim() === '' ? {} : parseJson(body));
    stats.messagesReceived++;
    const { length } = method.request.encode(message);
    if (length > options.receiveBytesMax) throw messageTooLarge(length, options.receiveBytesMax);
    const answer = await method.handle(message, new GatewayCall(request, response));
    stats.messagesSent++;
    stats.end(GrpcCode.OK, startedAt);
    sendJson(response, 200, toJson(method.response, answer));
  } catch (error) {
    if (error instanceof ClientGone) {
      stats.end(GrpcCode.CANCELED, startedAt);
      return;
    }
    const status = gatewayStatusOf(error);
    if (status.isDefect) options.onDefect(error, method.path);
    stats.end(status.code, startedAt);
    sendJson(response, httpStatusOf(status.code), { code: status.code, message: status.message });
  }
}

/** The client left in the middle of its request: nobody to answer, and no defect of ours. */
class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** @throws ClientGone, or EtcdError when it is too long */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const bytes of bodyOf(request)) {
    length += bytes.length;
    if (length > GATEWAY_BODY_BYTES_MAX) {
      throw new EtcdError(GrpcCode.RESOURCE_EXHAUSTED, `request body is longer than ${GATEWAY_BODY_BYTES_MAX} bytes`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function* bodyOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of request) yield chunk as Buffer;
  } catch (cause) {
    throw new ClientGone('the client is gone', { cause });
  }
}
