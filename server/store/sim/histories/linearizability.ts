/**
 * Is there an order of the operations, each taking effect at one moment between its call and its answer, that a sequential object
 * could have answered like this? (Herlihy and Wing; the search is Wing and Gong's with Lowe's memory of what failed before.)
 *
 * An operation without an answer may take effect at any time from its call on, or never. Histories are split by object before
 * they come here (`kv-model.ts`): linearizability is local. Bounded: what cannot be decided within the bound is said to be
 * undecided, which is no pass.
 */

export interface Operation<Call, Answer> {
  readonly call: Call;
  /** Of one monotonic clock, like `answeredAt`. */
  readonly calledAt: number;
  /** Undefined: nobody knows whether it took effect. Operations that certainly did not are left out of the history. */
  readonly answer: { readonly at: number; readonly value: Answer } | undefined;
}

/** A sequential object. */
export interface Model<State, Call, Answer> {
  readonly initial: State;
  /**
   * The states in which `operation` may leave the object when it takes effect in `state`; none: it could not have been answered like
   * this there. More than one where an unanswered operation leaves it open.
   */
  step(state: State, operation: Operation<Call, Answer>): readonly State[];
  /** Equal states have equal texts, different ones different texts. */
  fingerprint(state: State): string;
  /** Operations of lower rank are tried first. Only a matter of speed. */
  rank(operation: Operation<Call, Answer>): number;
  /**
   * Unanswered operations of one class do the same to any state, and nobody ever saw which of them did it: only the one called first
   * is tried, since it could stand in for any other. Undefined: it is like no other.
   */
  likeness(operation: Operation<Call, Answer>): string | undefined;
}

export type Verdict<Call, Answer> =
  | { readonly kind: 'linearizable' }
  | {
      readonly kind: 'violated';
      /** The most operations that fit one order, and those of which one had to come next and none could. */
      readonly fitting: number;
      readonly stuckAt: readonly Operation<Call, Answer>[];
    }
  | { readonly kind: 'undecided'; readonly steps: number };

/** About a second on a slow core, and a hundred megabytes of memory of failures. */
export const STEPS_MAX = 400_000;

/** One operation in the list of those that have not taken effect yet, in order of their calls. */
interface Node<Call, Answer> {
  readonly operation: Operation<Call, Answer>;
  readonly at: number;
  previous: Node<Call, Answer> | undefined;
  next: Node<Call, Answer> | undefined;
}

interface Choice<State, Call, Answer> {
  readonly node: Node<Call, Answer>;
  readonly state: State;
}

interface Frame<State, Call, Answer> {
  readonly choices: readonly Choice<State, Call, Answer>[];
  tried: number;
}

export function checkLinearizable<State, Call, Answer>(
  model: Model<State, Call, Answer>,
  operations: readonly Operation<Call, Answer>[],
  stepsMax = STEPS_MAX,
): Verdict<Call, Answer> {
  return new Search(model, operations, stepsMax).run();
}

class Search<State, Call, Answer> {
  readonly #model: Model<State, Call, Answer>;
  readonly #stepsMax: number;
  /** Before the first operation. */
  readonly #head: Node<Call, Answer>;
  /** Answered operations that have not taken effect. */
  #open: number;
  readonly #failed = new Set<string>();
  #steps = 0;
  #fitting = 0;
  #taken = 0;
  #stuckAt: readonly Operation<Call, Answer>[] = [];

  constructor(model: Model<State, Call, Answer>, operations: readonly Operation<Call, Answer>[], stepsMax: number) {
    this.#model = model;
    this.#stepsMax = stepsMax;
    this.#open = operations.filter(({ answer }) => answer !== undefined).length;
    const sorted = [...operations].sort((a, b) => a.calledAt - b.calledAt);
    const none = { call: undefined as never, calledAt: -Infinity, answer: undefined };
    this.#head = { operation: none, at: -1, previous: undefined, next: undefined };
    let last = this.#head;
    for (const [at, operation] of sorted.entries()) {
      last.next = { operation, at, previous: last, next: undefined };
      last = last.next;
    }
  }

  run(): Verdict<Call, Answer> {
    const path: { readonly frame: Frame<State, Call, Answer>; readonly node: Node<Call, Answer> }[] = [];
    let frame = this.#frame(this.#model.initial);
    for (;;) {
      if (this.#open === 0) return { kind: 'linearizable' };
      if (this.#steps > this.#stepsMax) return { kind: 'undecided', steps: this.#steps };
      const choice = frame.choices[frame.tried++];
      if (choice === undefined) {
        const back = path.pop();
        if (back === undefined) return { kind: 'violated', fitting: this.#fitting, stuckAt: this.#stuckAt };
        this.#putBack(back.node);
        frame = back.frame;
        continue;
      }
      this.#take(choice.node);
      const known = `${this.#leftBehind()}|${this.#model.fingerprint(choice.state)}`;
      if (this.#failed.has(known)) {
        this.#putBack(choice.node);
        continue;
      }
      // Remembered as failed at once: when it succeeds nobody will ask again.
      this.#failed.add(known);
      path.push({ frame, node: choice.node });
      frame = this.#frame(choice.state);
    }
  }

  /** What may take effect next: whatever was called before the first answer among those that have not. */
  #frame(state: State): Frame<State, Call, Answer> {
    const choices: Choice<State, Call, Answer>[] = [];
    const candidates: Node<Call, Answer>[] = [];
    let firstAnswer = Infinity;
    for (let node = this.#head.next; node !== undefined; node = node.next) {
      const { calledAt, answer } = node.operation;
      if (calledAt > firstAnswer) break;
      firstAnswer = Math.min(firstAnswer, answer?.at ?? Infinity);
      candidates.push(node);
    }
    const text = this.#model.fingerprint(state);
    for (const node of this.#unlike(candidates)) {
      this.#steps++;
      for (const next of this.#model.step(state, node.operation)) {
        // Without an answer and without an effect it may as well not have happened.
        const isIdle = node.operation.answer === undefined && this.#model.fingerprint(next) === text;
        if (!isIdle) choices.push({ node, state: next });
      }
    }
    if (this.#taken >= this.#fitting) {
      this.#fitting = this.#taken;
      this.#stuckAt = candidates.map(({ operation }) => operation);
    }
    return { choices, tried: 0 };
  }

  #unlike(candidates: readonly Node<Call, Answer>[]): readonly Node<Call, Answer>[] {
    const seen = new Set<string>();
    const kept = candidates.filter(({ operation }) => {
      const likeness = operation.answer === undefined ? this.#model.likeness(operation) : undefined;
      if (likeness === undefined) return true;
      if (seen.has(likeness)) return false;
      seen.add(likeness);
      return true;
    });
    return kept.sort((a, b) => this.#model.rank(a.operation) - this.#model.rank(b.operation));
  }

  #take(node: Node<Call, Answer>): void {
    if (node.previous !== undefined) node.previous.next = node.next;
    if (node.next !== undefined) node.next.previous = node.previous;
    this.#taken++;
    if (node.operation.answer !== undefined) this.#open--;
  }

  #putBack(node: Node<Call, Answer>): void {
    if (node.previous !== undefined) node.previous.next = node;
    if (node.next !== undefined) node.next.previous = node;
    this.#taken--;
    if (node.operation.answer !== undefined) this.#open++;
  }

  /** The set of operations that took effect, as the ones left behind and the number of those that are not. */
  #leftBehind(): string {
    const left: number[] = [];
    let seen = 0;
    for (let node = this.#head.next; node !== undefined; node = node.next) {
      // As many as were taken lie among those before: from here on nobody was.
      if (node.at === this.#taken + seen) break;
      left.push(node.at);
      seen++;
    }
    return `${this.#taken}:${left.join()}`;
  }
}
