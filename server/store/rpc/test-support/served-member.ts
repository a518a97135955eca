/** A fake member on a free port with a clock that stands still, for tests of everything above the StoreMember. */
import { ManualClock } from '../../ports/manual-clock.ts';
import { type ClientFront, type ClientFrontOptions, startClientFront } from '../server.ts';
import { FakeMember } from './fake-member.ts';
import { GrpcClient } from './grpc-client.ts';

export interface ServedMember {
  readonly clock: ManualClock;
  readonly member: FakeMember;
  readonly front: ClientFront;
  readonly client: GrpcClient;
  /** "http://127.0.0.1:port". */
  readonly url: string;
  close(): Promise<void>;
}

export async function serveFakeMember(options: Partial<ClientFrontOptions> = {}): Promise<ServedMember> {
  const clock = new ManualClock();
  const member = new FakeMember(clock);
  const front = await startClientFront({
    member,
    clock,
    random: () => 0,
    listen: [{ host: '127.0.0.1', port: 0 }],
    ...options,
  });
  const address = `127.0.0.1:${front.addresses[0]?.port}`;
  const client = new GrpcClient(address);
  return {
    clock,
    member,
    front,
    client,
    url: `http://${address}`,
    close: async () => {
      client.close();
      member.stop();
      await front.close();
    },
  };
}
