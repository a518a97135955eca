/** What unary calls and streams through the gateway share. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import { JsonError } from '../../../../lib/base/protobuf/json.ts';
import { statusOf } from '../front/status.ts';
import type { Call, Method } from '../front/types.ts';

export interface GatewayOptions {
  readonly methods: readonly Method[];
  readonly receiveBytesMax: number;
  readonly onDefect: (error: unknown, where: string) => void;
}

export function gatewayStatusOf(error: unknown): ReturnType<typeof statusOf> {
  if (error instanceof JsonError) {
    return { code: GrpcCode.INVALID_ARGUMENT, message: error.message, isDefect: false };
  }
  return statusOf(error);
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

  get peerCommonName(): undefined {
    return undefined;
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
