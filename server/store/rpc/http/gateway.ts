/**
 * The JSON gateway: POST /v3/… in proto3 JSON, driven by the same methods and message tables as gRPC (answers as etcd
 * 3.6 gives them). Unary calls here; streams in gateway-stream.ts.
 */
import { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { EtcdError } from '../../../../lib/base/etcdpb/errors.ts';
import { GrpcCode, httpStatusOf } from '../../../../lib/base/grpc-status.ts';
import { fromJson, JsonError, parseJson, toJson } from '../../../../lib/base/protobuf/json.ts';
import { messageTooLarge } from '../front/frame.ts';
import { statusOf } from '../front/status.ts';
import type { Call, Method, UnaryMethod } from '../front/types.ts';
import { GATEWAY_BODY_BYTES_MAX } from '../limits.ts';
import { GATEWAY_PATHS } from './gateway-paths.ts';
import { serveGatewayStream } from './gateway-stream.ts';
import { sendJson } from './respond.ts';

export interface GatewayOptions {
  readonly methods: readonly Method[];
  readonly receiveBytesMax: number;
  readonly onDefect: (error: unknown, where: string) => void;
}

export type GatewayHandler = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>;

export function createGateway(options: GatewayOptions): GatewayHandler {
  const byPath = new Map(options.methods.map((method) => [method.path, method]));
  return async (request, response, path) => {
    const method = byPath.get(GATEWAY_PATHS.get(path) ?? '');
    if (method === undefined) sendJson(response, 404, { code: GrpcCode.NOT_FOUND, message: 'Not Found' });
    else if (request.method !== 'POST') {
      sendJson(response, 501, { code: GrpcCode.UNIMPLEMENTED, message: 'Method Not Allowed' });
    } else if (method.kind === 'stream') serveGatewayStream(method, options, request, response);
    else await serveUnary(method, options, request, response);
  };
}

async function serveUnary(
  method: UnaryMethod,
  options: GatewayOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { stats } = method;
  stats.started++;
  try {
    const body = await readBody(request);
    const message = fromJson(method.request, body.trim() === '' ? {} : parseJson(body));
    stats.messagesReceived++;
    const { length } = method.request.encode(message);
    if (length > options.receiveBytesMax) throw messageTooLarge(length, options.receiveBytesMax);
    const answer = await method.handle(message, new GatewayCall(request, response));
    stats.messagesSent++;
    stats.handled[GrpcCode.OK] = (stats.handled[GrpcCode.OK] ?? 0) + 1;
    sendJson(response, 200, toJson(method.response, answer));
  } catch (error) {
    const status = gatewayStatusOf(error);
    if (status.isDefect) options.onDefect(error, method.path);
    stats.handled[status.code] = (stats.handled[status.code] ?? 0) + 1;
    sendJson(response, httpStatusOf(status.code), { code: status.code, message: status.message });
  }
}

export function gatewayStatusOf(error: unknown): ReturnType<typeof statusOf> {
  if (error instanceof JsonError) {
    return { code: GrpcCode.INVALID_ARGUMENT, message: error.message, isDefect: false };
  }
  return statusOf(error);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    length += bytes.length;
    if (length > GATEWAY_BODY_BYTES_MAX) {
      throw new EtcdError(GrpcCode.RESOURCE_EXHAUSTED, `request body is longer than ${GATEWAY_BODY_BYTES_MAX} bytes`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const METADATA_PREFIX = 'grpc-metadata-';

/** A call that came over HTTP/1.1: `Authorization` is passed on, `Grpc-Metadata-X` becomes metadata X. */
export class GatewayCall implements Call {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
  }

  metadata(name: string): string | undefined {
    const { headers } = this.#request;
    const value = headers[METADATA_PREFIX + name] ?? (name === 'authorization' ? headers.authorization : undefined);
    return typeof value === 'string' ? value : value?.[0];
  }

  get cancelled(): boolean {
    return this.#response.destroyed;
  }

  onCancel(listener: () => void): void {
    // 'close' also follows a complete answer, which is no cancellation.
    this.#response.once('close', () => {
      if (!this.#response.writableFinished) listener();
    });
  }
}
