/** The door to changes of many keys: a preview, the job that does what it showed, and the jobs there are. */
import type { BulkPreview, BulkRequest, BulkStart, JobView } from '../../../lib/api/bulk-types.ts';
import { toRevision } from '../ids.ts';
import { requireWritable, type StoreContext } from '../operations/context.ts';
import { type JobAccount, Jobs } from './jobs.ts';
import { obeying, type Rules } from './obey.ts';
import type { Plan } from './plan.ts';
import { planOf, previewOf } from './planner.ts';

/** How long a page that watches a job waits for news of it. */
const LONG_POLL_MS = 10_000;

export class BulkChanges {
  readonly jobs: Jobs;
  readonly #context: StoreContext;

  readonly #rules: Rules;

  /** @param jobs of the session that this one takes the place of: they go on here */
  constructor(context: StoreContext, account: JobAccount, rules: Rules, jobs?: Jobs) {
    this.#context = context;
    this.#rules = rules;
    this.jobs = jobs ?? new Jobs(context, account);
    jobs?.moveTo(context);
  }

  /** @throws ConsoleError OUT_OF_RANGE when what it needs is compacted, RESOURCE_EXHAUSTED when it is too much for one job */
  async preview(request: BulkRequest): Promise<BulkPreview> {
    return previewOf(await this.#plan(request, { asOf: undefined, isDryRun: true }));
  }

  /** Guarded by the versions of `asOf`: what was written since is left alone, and named. */
  async start({ request, asOf }: BulkStart): Promise<JobView> {
    requireWritable(this.#context);
    return this.jobs.start(await this.#plan(request, { asOf: toRevision(asOf), isDryRun: false }));
  }

  read(id: string, after: number): Promise<JobView> {
    return this.jobs.read(id, after, LONG_POLL_MS);
  }

  titlesUnderWay(): string[] {
    return this.jobs
      .list()
      .filter(({ state }) => state === 'queued' || state === 'running')
      .map(({ title }) => title);
  }

  act(id: string, act: 'cancel' | 'resume'): JobView {
    requireWritable(this.#context);
    return act === 'cancel' ? this.jobs.cancel(id) : this.jobs.resume(id);
  }

  async #plan(request: BulkRequest, how: Parameters<typeof planOf>[2]): Promise<Plan> {
    return obeying(this.#context, this.#rules, await planOf(this.#context, request, how));
  }

  close(): void {
    this.jobs.close();
  }
}
