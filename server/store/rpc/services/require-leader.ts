/**
 * The `hasleader: true` metadata (clientv3.WithRequireLeader): calls are refused while this member sees no leader, and
 * streams opened with it end after LEADERLESS_ELECTION_TIMEOUTS without one.
 */
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import type { StoreMember } from '../../member/types.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { Call, Method, ServerStream, StreamHandler } from '../front/types.ts';
import { LEADERLESS_ELECTION_TIMEOUTS } from '../limits.ts';

export class LeaderRequirement {
  readonly #member: StoreMember;
  readonly #clock: Clock;
  readonly #patienceMs: number;
  readonly #streams = new Set<ServerStream<object>>();
  readonly #unsubscribe: () => void;
  #timer: Timer | undefined;

  constructor(member: StoreMember, clock: Clock, electionTimeoutMs: number) {
    this.#member = member;
    this.#clock = clock;
    this.#patienceMs = LEADERLESS_ELECTION_TIMEOUTS * electionTimeoutMs;
    this.#unsubscribe = member.onLeaderChange(() => this.#onLeaderChange());
  }

  /** The same methods, each obeying the metadata. */
  guard(methods: readonly Method[]): readonly Method[] {
    return methods.map((method) => this.#guardOne(method));
  }

  #guardOne(method: Method): Method {
    if (method.kind === 'unary') {
      const { handle } = method;
      return {
        ...method,
        handle: (request, call) => {
          this.#check(call);
          return handle(request, call);
        },
      };
    }
    const { open } = method;
    return {
      ...method,
      open: (stream) => {
        this.#check(stream);
        const handler = open(stream);
        return requiresLeader(stream) ? this.#track(stream, handler) : handler;
      },
    };
  }

  #check(call: Call): void {
    if (requiresLeader(call) && !this.#member.hasLeader()) throw etcdErrors.noLeader();
  }

  #track(stream: ServerStream<object>, handler: StreamHandler<object>): StreamHandler<object> {
    this.#streams.add(stream);
    return {
      onMessage: (request) => handler.onMessage(request),
      onEnd: () => handler.onEnd(),
      onDrain: () => handler.onDrain(),
      onClose: () => {
        this.#streams.delete(stream);
        handler.onClose();
      },
    };
  }

  #onLeaderChange(): void {
    if (this.#member.hasLeader()) {
      this.#timer?.cancel();
      this.#timer = undefined;
      return;
    }
    this.#timer ??= this.#clock.after(this.#patienceMs, () => this.#giveUp());
  }

  #giveUp(): void {
    this.#timer = undefined;
    for (const stream of [...this.#streams]) stream.fail(etcdErrors.noLeader());
  }

  close(): void {
    this.#timer?.cancel();
    this.#unsubscribe();
  }
}

function requiresLeader(call: Call): boolean {
  return call.metadata('hasleader') === 'true';
}
