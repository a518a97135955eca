/** Builders that join a message table pair with a typed handler, and forget the types for the transport. */
import type { Init, Message } from '../../../../lib/base/protobuf/schema.ts';
import { MethodStats } from './method-stats.ts';
import type { Call, ServerStream, StreamHandler, StreamMethod, UnaryMethod } from './types.ts';

/** A codec whose type is only known to its own method. The transport pairs it with that method's handler alone. */
const erase = <T extends object>(table: Message<T>): Message<object> => table as unknown as Message<object>;

export interface Codec<Q extends object, A extends object> {
  readonly request: Message<Q>;
  readonly response: Message<A>;
}

export function unary<Q extends object, A extends object>(
  path: string,
  codec: Codec<Q, A>,
  handle: (request: Q, call: Call) => Init<A> | Promise<Init<A>>,
): UnaryMethod {
  return {
    kind: 'unary',
    path,
    request: erase(codec.request),
    response: erase(codec.response),
    stats: new MethodStats(),
    // The transport passes what `request` decoded and encodes with `response`: the types cannot part.
    handle: handle as unknown as UnaryMethod['handle'],
  };
}

function streaming<Q extends object, A extends object>(
  clientStreams: boolean,
  path: string,
  codec: Codec<Q, A>,
  open: (stream: ServerStream<A>) => StreamHandler<Q>,
): StreamMethod {
  return {
    kind: 'stream',
    clientStreams,
    path,
    request: erase(codec.request),
    response: erase(codec.response),
    stats: new MethodStats(),
    open: open as unknown as StreamMethod['open'],
  };
}

export function serverStream<Q extends object, A extends object>(
  path: string,
  codec: Codec<Q, A>,
  open: (stream: ServerStream<A>) => StreamHandler<Q>,
): StreamMethod {
  return streaming(false, path, codec, open);
}

export function bidi<Q extends object, A extends object>(
  path: string,
  codec: Codec<Q, A>,
  open: (stream: ServerStream<A>) => StreamHandler<Q>,
): StreamMethod {
  return streaming(true, path, codec, open);
}
