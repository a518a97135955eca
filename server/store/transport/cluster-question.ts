/**
 * Before there is an identity: who is in the cluster behind a peer URL? Asked by a member that joins, and by one without data that
 * must not take the place of a member that had some. One connection, one hello without names, one answer.
 */
import { type ClusterId, clusterId, memberId } from '../../../lib/base/brand.ts';
import { Member } from '../../../lib/base/etcdpb/cluster.ts';
import { WireError } from '../../../lib/base/protobuf/reader.ts';
import { message, nestedList, uint64 } from '../../../lib/base/protobuf/schema.ts';
import type { Clock } from '../ports/clock.ts';
import type { TlsEndpoint } from '../tls/tls-endpoint.ts';
import { dial } from './dial.ts';
import { FrameError, FrameKind, FrameParser } from './frame.ts';
import { Lane } from './handshake.ts';

export const ClusterAnswer = message('quorate.ClusterAnswer', {
  clusterId: uint64(1),
  members: nestedList(2, () => Member),
});

export interface ClusterView {
  readonly clusterId: ClusterId;
  readonly members: readonly Member[];
}

/** What the member behind `url` says; the error is why there is no answer, in words. */
export function askForCluster(options: {
  readonly url: string;
  readonly tls: TlsEndpoint | undefined;
  readonly clock: Clock;
  readonly timeoutMs: number;
}): Promise<ClusterView | string> {
  const { url, tls, clock, timeoutMs } = options;
  return new Promise((resolve) => {
    let answer: ClusterView | string | undefined;
    const connection = dial({
      ...{ url, tls },
      hello: { lane: Lane.QUESTION, clusterId: clusterId(0n), from: memberId(0n), to: memberId(0n) },
      onOpen: (socket, rest) => {
        const parser = new FrameParser((kind, payload) => {
          if (kind === FrameKind.RESPONSE) answer ??= decode(payload);
        });
        const receive = (chunk: Uint8Array) => {
          try {
            parser.push(chunk);
          } catch (error) {
            if (!(error instanceof FrameError || error instanceof WireError)) throw error;
            answer ??= error.message;
          }
          if (answer !== undefined) socket.destroy();
        };
        socket.on('data', receive);
        receive(rest);
      },
      onClose: (reason) => {
        timer.cancel();
        resolve(answer ?? reason);
      },
    });
    const timer = clock.after(timeoutMs, () => {
      answer ??= `no answer within ${timeoutMs} ms`;
      connection.destroy();
    });
  });
}

function decode(payload: Uint8Array): ClusterView {
  const { clusterId: id, members } = ClusterAnswer.decode(payload);
  return { clusterId: clusterId(id), members };
}
