/** One stream of leader news per member that offers it; a broken one is opened again when the member next answers. */
import type { ClusterCapability, LeaderFollowing, LeaderNews, MemberStatus } from '../../engines/engine.ts';

/** A stream that breaks is not opened again sooner. */
const AGAIN_MS = 2_000;

interface Told {
  readonly news: LeaderNews;
  readonly at: number;
}

export class LeaderFollowers {
  readonly #cluster: Pick<ClusterCapability, 'followLeader'>;
  readonly #now: () => number;
  readonly #onNews: (endpoint: string, news: LeaderNews) => void;
  readonly #open = new Map<string, LeaderFollowing>();
  readonly #unsupported = new Set<string>();
  readonly #told = new Map<string, Told>();
  readonly #openedAt = new Map<string, number>();
  #isClosed = false;

  constructor(
    cluster: Pick<ClusterCapability, 'followLeader'>,
    now: () => number,
    onNews: (endpoint: string, news: LeaderNews) => void,
  ) {
    this.#cluster = cluster;
    this.#now = now;
    this.#onNews = onNews;
  }

  /** Does nothing where a stream is open, or where there is none to be had. */
  follow(endpoint: string): void {
    if (this.#isClosed || this.#open.has(endpoint) || this.#unsupported.has(endpoint)) return;
    const now = this.#now();
    if (now - (this.#openedAt.get(endpoint) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return;
    this.#openedAt.set(endpoint, now);
    const following = this.#cluster.followLeader(endpoint, (news) => {
      this.#told.set(endpoint, { news, at: this.#now() });
      this.#onNews(endpoint, news);
    });
    this.#open.set(endpoint, following);
    void following.ended.then((why) => {
      this.#open.delete(endpoint);
      this.#told.delete(endpoint);
      if (why === 'unsupported') this.#unsupported.add(endpoint);
    });
  }

  /** The answer to a question, unless the member told something newer while it was under way. */
  newest(endpoint: string, status: MemberStatus, askedAt: number): MemberStatus {
    const told = this.#told.get(endpoint);
    if (told === undefined || told.at < askedAt || told.news.memberId !== status.memberId) return status;
    return { ...status, leader: told.news.leader, raftTerm: told.news.raftTerm };
  }

  /** Streams of members that are none any more end. */
  keepOnly(endpoints: ReadonlySet<string>): void {
    for (const [endpoint, following] of this.#open) if (!endpoints.has(endpoint)) following.close();
  }

  close(): void {
    this.#isClosed = true;
    for (const following of this.#open.values()) following.close();
  }
}
