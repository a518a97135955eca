/** A plain gRPC client on @grpc/grpc-js with our message tables as serializers: the tests' view from outside. */
import {
  type ChannelCredentials,
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import type { Init, Message } from '../../../../lib/base/protobuf/schema.ts';

export interface UnaryOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
}

/** What a call came to: an answer, or a status. */
export type Outcome<A> =
  | { readonly ok: true; readonly value: A }
  | { readonly ok: false; readonly code: number; readonly message: string };

const DEADLINE_MS = 10_000;

export class GrpcClient {
  readonly #client: Client;

  constructor(address: string, channel: ChannelCredentials = credentials.createInsecure()) {
    this.#client = new Client(address, channel, {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  call<Q extends object, A extends object>(
    path: string,
    codec: { readonly request: Message<Q>; readonly response: Message<A> },
    request: Init<Q>,
    options: UnaryOptions = {},
  ): Promise<Outcome<A>> {
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest<Init<Q>, A>(
        path,
        (value) => Buffer.from(codec.request.encode(value)),
        (bytes) => codec.response.decode(new Uint8Array(bytes)),
        request,
        metadataOf(options.metadata),
        { deadline: Date.now() + (options.deadlineMs ?? DEADLINE_MS) },
        (error: ServiceError | null, value?: A) => {
          if (error !== null) resolve({ ok: false, code: error.code, message: error.details });
          else if (value !== undefined) resolve({ ok: true, value });
        },
      );
    });
  }

  /** The answer. @throws Error with "CODE message" when the call failed. */
  async must<Q extends object, A extends object>(
    path: string,
    codec: { readonly request: Message<Q>; readonly response: Message<A> },
    request: Init<Q>,
    options: UnaryOptions = {},
  ): Promise<A> {
    const outcome = await this.call(path, codec, request, options);
    if (!outcome.ok) throw new Error(`${path}: ${outcome.code} ${outcome.message}`);
    return outcome.value;
  }

  stream<Q extends object, A extends object>(
    path: string,
    codec: { readonly request: Message<Q>; readonly response: Message<A> },
    metadata: Readonly<Record<string, string>> = {},
  ): StreamProbe<Q, A> {
    return new StreamProbe(
      this.#client.makeBidiStreamRequest<Init<Q>, A>(
        path,
        (value) => Buffer.from(codec.request.encode(value)),
        (bytes) => codec.response.decode(new Uint8Array(bytes)),
        metadataOf(metadata),
      ),
    );
  }

  close(): void {
    this.#client.close();
  }
}

function metadataOf(entries: Readonly<Record<string, string>> = {}): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(entries)) metadata.set(key, value);
  return metadata;
}

/** A stream whose answers are taken one by one. */
export class StreamProbe<Q extends object, A extends object> {
  readonly #stream: ClientDuplexStream<Init<Q>, A>;
  readonly #received: A[] = [];
  #wake: (() => void) | undefined;
  #status: { readonly code: number; readonly message: string } | undefined;

  constructor(stream: ClientDuplexStream<Init<Q>, A>) {
    this.#stream = stream;
    stream.on('data', (value: A) => {
      this.#received.push(value);
      this.#wake?.();
    });
    // The status event carries the same; grpc-js demands a listener.
    stream.on('error', () => undefined);
    stream.on('status', (status: { code: number; details: string }) => {
      this.#status = { code: status.code, message: status.details };
      this.#wake?.();
    });
  }

  send(request: Init<Q>): void {
    this.#stream.write(request);
  }

  /** The next answer, or the final status when there is none. @throws when neither comes in time. */
  async next(timeoutMs = DEADLINE_MS): Promise<A | { readonly code: number; readonly message: string }> {
    await this.#until(() => this.#received.length > 0 || this.#status !== undefined, timeoutMs);
    return this.#received.shift() ?? this.#status ?? { code: -1, message: 'nothing received' };
  }

  /** The next answer. @throws when the stream ended instead. */
  async message(timeoutMs = DEADLINE_MS): Promise<A> {
    await this.#until(() => this.#received.length > 0 || this.#status !== undefined, timeoutMs);
    const value = this.#received.shift();
    if (value === undefined) throw new Error(`stream ended: ${this.#status?.code} ${this.#status?.message}`);
    return value;
  }

  async status(timeoutMs = DEADLINE_MS): Promise<{ readonly code: number; readonly message: string }> {
    await this.#until(() => this.#status !== undefined, timeoutMs);
    return this.#status ?? { code: -1, message: 'no status' };
  }

  /** Answers received and not yet taken. */
  get waiting(): number {
    return this.#received.length;
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  end(): void {
    this.#stream.end();
  }

  cancel(): void {
    this.#stream.cancel();
  }

  async #until(condition: () => boolean, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!condition()) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`nothing arrived within ${timeoutMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
