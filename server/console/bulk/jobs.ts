/**
 * Changes of many keys under way: one after the other per store, watched by long poll, stopped between two transactions and
 * resumed there. The last ones are kept with their account; the store itself keeps what is needed to undo them.
 */
import type { BulkProblem, JobView } from '../../../lib/api/bulk-types.ts';
import { errorText } from '../../../lib/base/error-text.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { rangesOf } from '../../../lib/history/revision-ranges.ts';
import { ConsoleError } from '../errors.ts';
import { Signal } from '../hub/signal.ts';
import type { StoreContext } from '../operations/context.ts';
import type { Plan } from './plan.ts';
import { Runner, type RunnerPlace } from './runner.ts';
import { StepGate } from './step-gate.ts';

const JOBS_KEPT_MAX = 50;
const PROBLEMS_KEPT_MAX = 1_000;
const FOLLOW_MS = 2_000;
/** A transaction under way is waited for so long before the session that it goes through is closed; its outcome is looked up then. */
const PAUSE_MS = 2_000;

/** Keeps account of a job's run: calls `change`, which says where it stands in the end or throws why it stopped. */
export type JobAccount = (
  plan: Plan,
  change: () => Promise<{ readonly revision: string; readonly revisions?: string }>,
) => Promise<unknown>;

class Job {
  readonly changed = new Signal();
  readonly #runner: Runner;
  readonly #place: RunnerPlace;
  readonly #plan: Plan;
  readonly #account: JobAccount;
  #view: JobView;

  constructor(place: RunnerPlace, account: JobAccount, { id, plan }: { readonly id: string; readonly plan: Plan }) {
    this.#place = place;
    this.#account = account;
    this.#plan = plan;
    const total = plan.units.flat().length;
    this.#view = {
      id,
      kind: plan.kind,
      title: plan.title,
      state: 'queued',
      total: total + plan.skipped.length,
      done: 0,
      already: 0,
      refused: plan.skipped.length,
      problems: plan.skipped.slice(0, PROBLEMS_KEPT_MAX),
      revisions: [],
      error: null,
      startedAt: this.#context.now(),
      endedAt: null,
      version: 1,
    };
    this.#runner = new Runner(place, plan.units, {
      done: (writes, revision) => this.#done(writes, revision),
      already: (writes) => this.#set({ already: this.#view.already + writes }),
      refused: (problems) => this.#refused(problems),
    });
  }

  get view(): JobView {
    return this.#view;
  }

  get #context(): StoreContext {
    return this.#place.context();
  }

  get isOver(): boolean {
    return this.#view.endedAt !== null;
  }

  queue(): void {
    this.#set({ state: 'queued', error: null, endedAt: null });
  }

  /** Never rejects: what failed is in the view. */
  async run(): Promise<void> {
    if (this.#view.state !== 'queued') return;
    this.#set({ state: 'running' });
    try {
      let isComplete = false;
      await this.#account(this.#plan, async () => {
        isComplete = await this.#runner.run();
        return accountOf(this.#view.revisions);
      });
      const last = Number(this.#view.revisions.at(-1) ?? 0);
      // Whoever looks at the keys next shall see them.
      if (last > 0) await this.#place.gate.step(() => this.#context.hub.follows(last, FOLLOW_MS));
      this.#set({ state: isComplete ? 'done' : 'cancelled', endedAt: this.#context.now() });
    } catch (error) {
      const text = errorText(error);
      this.#set({ state: 'stopped', error: text, endedAt: this.#context.now() });
    }
  }

  cancel(): void {
    if (this.#view.state === 'queued') this.#set({ state: 'cancelled', endedAt: this.#context.now() });
    else this.#runner.cancel();
  }

  #done(writes: number, revision: number): void {
    this.#context.authors.note(revision, this.#context.author);
    const { revisions } = this.#view;
    const text = String(revision);
    this.#set({
      done: this.#view.done + writes,
      revisions: revisions.includes(text) ? revisions : [...revisions, text],
    });
  }

  #refused(problems: readonly BulkProblem[]): void {
    const room = PROBLEMS_KEPT_MAX - this.#view.problems.length;
    this.#set({
      refused: this.#view.refused + problems.length,
      problems: room <= 0 ? this.#view.problems : [...this.#view.problems, ...problems.slice(0, room)],
    });
  }

  #set(change: Partial<JobView>): void {
    this.#view = { ...this.#view, ...change, version: this.#view.version + 1 };
    this.changed.fire();
  }
}

/** What the trail keeps of the revisions a job made. */
function accountOf(revisions: readonly string[]): { readonly revision: string; readonly revisions?: string } {
  const all = rangesOf(revisions.map(Number).sort((a, b) => a - b));
  return { revision: revisions.at(-1) ?? '0', ...(revisions.length < 2 ? {} : { revisions: all }) };
}

export class Jobs {
  #context: StoreContext;
  readonly #account: JobAccount;
  /** Oldest first. */
  readonly #jobs = new Map<string, Job>();
  #last: Promise<void> = Promise.resolve();
  #next = 1;
  readonly #gate = new StepGate();

  constructor(context: StoreContext, account: JobAccount) {
    this.#context = context;
    this.#account = account;
  }

  start(plan: Plan): JobView {
    // Not guessable across restarts: a page that still shows an old job must not be answered with another one.
    const id = `${this.#context.now().toString(36)}-${this.#next++}`;
    const place = { context: () => this.#context, gate: this.#gate };
    const job = new Job(place, this.#account, { id, plan });
    this.#jobs.set(id, job);
    for (const [oldest, one] of this.#jobs) {
      if (this.#jobs.size <= JOBS_KEPT_MAX) break;
      if (one.isOver) this.#jobs.delete(oldest);
    }
    this.#run(job);
    return job.view;
  }

  /** Newest first. */
  list(): readonly JobView[] {
    return [...this.#jobs.values()].reverse().map((job) => job.view);
  }

  /** At once when the view is younger than `after`, else when it is, at the latest after `ms`. */
  async read(id: string, after: number, ms: number): Promise<JobView> {
    const job = this.#require(id);
    if (job.view.version <= after && !job.isOver) await job.changed.next(ms);
    return job.view;
  }

  cancel(id: string): JobView {
    const job = this.#require(id);
    job.cancel();
    return job.view;
  }

  /** Goes on where it stopped or was cancelled. */
  resume(id: string): JobView {
    const job = this.#require(id);
    const { state } = job.view;
    if (state !== 'stopped' && state !== 'cancelled') {
      throw new ConsoleError(GrpcCode.FAILED_PRECONDITION, `this job is ${state}: there is nothing to resume`, {
        state,
      });
    }
    job.queue();
    this.#run(job);
    return job.view;
  }

  /** They rest between two transactions from then on, until `moveTo` or `close`. */
  pause(): Promise<void> {
    return this.#gate.hold(PAUSE_MS);
  }

  /** They go on through the session that took the place of theirs. */
  moveTo(context: StoreContext): void {
    this.#context = context;
    this.#gate.release();
  }

  /** Under way: they stop before their next transaction. */
  close(): void {
    for (const job of this.#jobs.values()) job.cancel();
    this.#gate.release();
  }

  #run(job: Job): void {
    this.#last = this.#last.then(() => job.run());
  }

  #require(id: string): Job {
    const job = this.#jobs.get(id);
    if (job !== undefined) return job;
    throw new ConsoleError(
      GrpcCode.NOT_FOUND,
      'this console knows no such job any more: it was restarted, what you may do was changed, or many others came since. The audit trail has what was done.',
      { job: id },
    );
  }
}
