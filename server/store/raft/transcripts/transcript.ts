/**
 * Runs a script of commands against a small cluster and gives back what happened, in words. Every step of a member is a
 * command, so that a script can show any interleaving; `settle` does everything until nothing is left to do.
 *
 *   members 1 2 3 [spare 4 5] [window N] [append-bytes N] [without pre-vote check-quorum]
 *                       a new cluster; spares know nobody, founders are in the log
 *   campaign M · tick M [N] · propose M TEXT · read M CONTEXT · transfer M to N · compact M INDEX · restart M
 *   change M [auto|implicit|explicit] v4 l5 r2 …              v voter, l learner, r remove; none: leave joint
 *   ready M · flush M · apply M · deliver M [from N] · drop M [from N]
 *   settle [M …]        messages to members not named stay queued
 *   unreachable M N · snapshot-outcome M N installed|failed
 *   status · progress M · log M · quiet COMMAND               quiet: shows only the state afterwards
 */
import { defined } from '../../../../lib/base/assert.ts';
import { logIndex, type MemberId, memberId, term } from '../../../../lib/base/brand.ts';
import { utf8Encode } from '../../../../lib/base/bytes.ts';
import { EMPTY_CONF_STATE } from '../conf-change.ts';
import { encodeConfChange } from '../conf-change-codec.ts';
import { describeMessage, shortId } from '../describe.ts';
import { configOf, hardStateOf, voters } from '../test-cluster.ts';
import type { ConfChange, Entry, Message } from '../types.ts';
import { TranscriptMember, textEntry } from './transcript-member.ts';

/** A script that does not settle by then never will. */
const SETTLE_ROUNDS_MAX = 200;

const TRANSITIONS: Readonly<Record<string, ConfChange['transition']>> = {
  auto: 'auto',
  implicit: 'jointImplicit',
  explicit: 'jointExplicit',
};
const CHANGE_TYPES: Readonly<Record<string, ConfChange['changes'][number]['type']>> = {
  v: 'addVoter',
  l: 'addLearner',
  r: 'remove',
  u: 'update',
};

type Command = (args: readonly string[]) => void;

export class Transcript {
  #members: TranscriptMember[] = [];
  #queue: Message[] = [];
  #out: string[] = [];
  #isQuiet = false;
  readonly #commands: Readonly<Record<string, Command>> = {
    members: (args) => this.#create(args),
    campaign: ([m]) => this.#member(m).node.campaign(),
    tick: ([m, count = '1']) => this.#tick(this.#member(m), Number(count)),
    propose: ([m, ...text]) => this.#print(this.#member(m).node.propose([textEntry(text.join(' '))])),
    read: ([m, context = '']) => this.#print(this.#member(m).node.readIndex(utf8Encode(context))),
    transfer: ([m, , to]) => this.#member(m).node.transferLeader(idOf(to)),
    change: ([m, ...words]) => this.#print(this.#member(m).node.propose([encodeConfChange(parseChange(words))])),
    compact: ([m, index]) => this.#member(m).compact(Number(index)),
    restart: ([m]) => this.#member(m).restart(),
    ready: ([m]) => this.#send(this.#member(m).takeReady((line) => this.#print(line))),
    flush: ([m]) => this.#send(this.#member(m).flush((line) => this.#print(line))),
    apply: ([m]) => this.#member(m).apply((line) => this.#print(line)),
    deliver: ([m, , from]) => this.#deliver(idOf(m), from, 'deliver'),
    drop: ([m, , from]) => this.#deliver(idOf(m), from, 'drop'),
    settle: (names) => this.#settle(names),
    unreachable: ([m, peer]) => this.#member(m).node.reportUnreachable(idOf(peer)),
    'snapshot-outcome': ([m, peer, outcome]) =>
      this.#member(m).node.reportSnapshot(idOf(peer), outcome === 'installed' ? 'installed' : 'failed'),
    status: () => this.#printStatus(),
    progress: ([m]) => {
      for (const line of this.#member(m).describeProgress()) this.#print(line);
    },
    log: ([m]) => this.#print(this.#member(m).describeLog()),
    quiet: (words) => this.#quietly(words),
  };

  /** Executes one line; returns the lines it printed. */
  run(line: string): readonly string[] {
    this.#out = [];
    this.#execute(line.split(/\s+/));
    return this.#out.length === 0 ? ['ok'] : this.#out;
  }

  #execute([name = '', ...args]: readonly string[]): void {
    const command = this.#commands[name];
    if (command === undefined) throw new Error(`transcript: unknown command ${name}`);
    command(args);
  }

  #print(line: string): void {
    if (!this.#isQuiet) this.#out.push(line);
  }

  #create(words: readonly string[]): void {
    const numbers = { members: [] as number[], spare: [] as number[], window: [256], 'append-bytes': [1 << 20] };
    const isOff = (what: string) => words.indexOf(what) > words.indexOf('without');
    let into: number[] = numbers.members;
    for (const word of words) {
      if (word === 'without') break;
      if (word === 'spare' || word === 'window' || word === 'append-bytes') {
        into = numbers[word];
        if (word !== 'spare') into.length = 0;
      } else into.push(Number(word));
    }
    const hasSpares = numbers.spare.length > 0;
    const confState = hasSpares ? EMPTY_CONF_STATE : voters(...numbers.members);
    const log = hasSpares ? foundingLog(numbers.members) : [];
    this.#members = [...numbers.members, ...numbers.spare].map((self) => {
      const defaults = configOf(self);
      const isFounder = numbers.members.includes(self);
      return new TranscriptMember({
        ...defaults,
        snapshot: { ...defaults.snapshot, confState },
        entries: isFounder ? log : [],
        hardState: isFounder && hasSpares ? hardStateOf(1, 0, log.length) : defaults.hardState,
        inflightMessagesMax: numbers.window[0] ?? 0,
        appendBytesMax: numbers['append-bytes'][0] ?? 0,
        hasPreVote: !isOff('pre-vote'),
        hasCheckQuorum: !isOff('check-quorum'),
      });
    });
  }

  #tick(member: TranscriptMember, count: number): void {
    for (let i = 0; i < count; i++) member.node.tick();
  }

  #send(messages: readonly Message[]): void {
    this.#queue.push(...messages);
  }

  #deliver(to: MemberId, from: string | undefined, what: 'deliver' | 'drop'): void {
    const isMeant = (message: Message) => message.to === to && (from === undefined || message.from === idOf(from));
    const meant = this.#queue.filter(isMeant);
    this.#queue = this.#queue.filter((message) => !isMeant(message));
    if (meant.length === 0) this.#print(`nothing for ${shortId(to)}`);
    for (const message of meant) {
      this.#print(`${what} ${describeMessage(message)}`);
      if (what === 'deliver') this.#memberById(to).node.step(message);
    }
  }

  /** Rounds of: take Readies, flush, apply, deliver; members in order. */
  #settle(names: readonly string[]): void {
    const chosen = names.length === 0 ? this.#members : names.map((name) => this.#member(name));
    const ids = chosen.map(({ id }) => id);
    const print = (line: string) => this.#print(line);
    for (let round = 0; round < SETTLE_ROUNDS_MAX; round++) {
      const busy = chosen.filter((member) => member.hasWork());
      const waiting = ids.filter((id) => this.#queue.some(({ to }) => to === id));
      if (busy.length === 0 && waiting.length === 0) return;
      for (const member of busy) {
        while (member.node.hasReady()) this.#send(member.takeReady(print));
        while (member.isFlushing) this.#send(member.flush(print));
        if (member.isApplying) member.apply(print);
      }
      for (const id of ids) if (this.#queue.some(({ to }) => to === id)) this.#deliver(id, undefined, 'deliver');
    }
    throw new Error(`transcript: not settled after ${SETTLE_ROUNDS_MAX} rounds`);
  }

  #quietly(words: readonly string[]): void {
    this.#isQuiet = true;
    this.#execute(words);
    this.#isQuiet = false;
    this.#printStatus();
  }

  #printStatus(): void {
    for (const member of this.#members) this.#print(member.describe());
  }

  #member(name: string | undefined): TranscriptMember {
    return this.#memberById(idOf(name));
  }

  #memberById(id: MemberId): TranscriptMember {
    return defined(
      this.#members.find((member) => member.id === id),
      `transcript: no member ${id}`,
    );
  }
}

/** Where members may join later, the founders stand in the log, as in a store: a joiner learns them from there. */
function foundingLog(members: readonly number[]): Entry[] {
  return members.map((self, i) => ({
    ...encodeConfChange({ transition: 'auto', changes: [{ type: 'addVoter', id: idOf(`${self}`) }] }),
    term: term(1),
    index: logIndex(i + 1),
  }));
}

function idOf(name: string | undefined): MemberId {
  return memberId(BigInt(defined(name, 'transcript: a member number is missing')));
}

function parseChange(words: readonly string[]): ConfChange {
  const [first = ''] = words;
  const transition = TRANSITIONS[first];
  const items = transition === undefined ? words : words.slice(1);
  const changes = items.map((item) => ({
    type: defined(CHANGE_TYPES[item.charAt(0)], `transcript: unknown change ${item}`),
    id: idOf(item.slice(1)),
  }));
  return { transition: transition ?? 'auto', changes };
}
