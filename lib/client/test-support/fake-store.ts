/** A gRPC server whose answers a test decides: for what no healthy store does on demand. */
import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js';
import type { Method } from '../../base/etcdpb/methods.ts';
import type { Init } from '../../base/protobuf/schema.ts';

type Unary<Request, Response extends object> = (request: Request) => Init<Response> | Promise<Init<Response>>;

export interface Stream<Request, Response extends object> {
  send(answer: Init<Response>): void;
  /** Ends the stream with this gRPC code. */
  fail(code: number): void;
  onRequest(listener: (request: Request) => void): void;
}

export class FakeStore {
  readonly #server = new Server();
  #port = 0;

  get endpoint(): string {
    return `127.0.0.1:${this.#port}`;
  }

  unary<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    answer: Unary<Request, Response>,
  ): this {
    const handle = (call: ServerUnaryCall<Request, Init<Response>>, done: sendUnaryData<Init<Response>>) => {
      Promise.resolve()
        .then(() => answer(call.request))
        .then(
          (value) => done(null, value),
          (cause: unknown) => done(cause as Error),
        );
    };
    this.#server.register(method.path, handle, encoder(method), decoder(method), 'unary');
    return this;
  }

  duplex<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    open: (stream: Stream<Request, Response>) => void,
  ): this {
    const handle = (call: ServerDuplexStream<Request, Init<Response>>) => {
      call.on('error', () => undefined);
      open({
        send: (answer) => call.write(answer),
        fail: (code) => call.emit('error', { code, details: 'as the test wants it' }),
        onRequest: (listener) => call.on('data', listener),
      });
    };
    this.#server.register(method.path, handle, encoder(method), decoder(method), 'bidi');
    return this;
  }

  start(): Promise<this> {
    return new Promise((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
        if (error !== null) return reject(error);
        this.#port = port;
        resolve(this);
      });
    });
  }

  /** Drops every connection at once, as a crash does. */
  crash(): void {
    this.#server.forceShutdown();
  }
}

function encoder<Request extends object, Response extends object>({ response }: Method<Request, Response>) {
  return (value: Init<Response>): Buffer => Buffer.from(response.encode(value));
}

function decoder<Request extends object, Response extends object>({ request }: Method<Request, Response>) {
  return (bytes: Buffer): Request => request.decode(bytes);
}
