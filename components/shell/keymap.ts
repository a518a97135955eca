/**
 * The one registry of key bindings and actions. Hotkeys, palette and shortcut sheet are three views of it.
 *
 * Rules: a later registration of the same keys wins over an earlier one (a dialog's over its page's); single keys rest while a
 * sequence such as "g k" is under way, in text fields, and below an open dialog or menu unless the binding says otherwise.
 */
import { createKeybindingsHandler, type KeyBindingMap } from 'tinykeys';

export type BindingGroup = 'Go to' | 'Page' | 'List' | 'Time' | 'Console';
export const BINDING_GROUPS: readonly BindingGroup[] = ['Page', 'List', 'Time', 'Go to', 'Console'];

export interface Binding {
  /** Unique: "shell.palette", "keys.edit". */
  readonly id: string;
  /** tinykeys' grammar, e.g. "g k", "$mod+k", "?"; null for actions that live in the palette only. Several may lead to one act. */
  readonly keys: string | readonly string[] | null;
  /** A verb phrase: "Open the key". */
  readonly title: string;
  readonly group: BindingGroup;
  /** Null where a widget handles the keys itself and the binding only documents them. */
  readonly run: (() => void) | null;
  /** Fires in text fields too. */
  readonly inFields?: boolean;
  /** Fires while a dialog or menu is open too. */
  readonly inDialogs?: boolean;
  /** False keeps it out of the palette (it still stands on the sheet). */
  readonly inPalette?: boolean;
  /** Words the palette finds it by, besides the title. */
  readonly also?: string;
}

/** What of the page decides whether a key press is for us. */
export interface PressContext {
  readonly isInField: boolean;
  readonly isDialogOpen: boolean;
}

/** Keys that a list handles itself: on the sheet, and not in the palette, where they would do nothing. */
export const listKeys = (id: string, keys: Binding['keys'], title: string): Binding => ({
  id,
  keys,
  title,
  group: 'List',
  run: null,
  inPalette: false,
});

const SEQUENCE_MS = 1_000;
/** How long a press that nobody took waits for a part of the page that is still to come. */
export const WAIT_MS = 5_000;
const WAITING_MAX = 16;

export const keysOf = (binding: Binding): readonly string[] =>
  binding.keys === null ? [] : typeof binding.keys === 'string' ? [binding.keys] : binding.keys;

/** The same, without "Shift+?" beside "?": which of the two a keyboard sends is its own affair. */
export const keysShown = (binding: Binding): readonly string[] => {
  const all = keysOf(binding);
  return all.filter((keys) => !(keys.startsWith('Shift+') && all.includes(keys.slice('Shift+'.length))));
};

const isSequence = (keys: string): boolean => keys.includes(' ');

export class Keymap {
  #bindings: readonly Binding[] = [];
  #handler: ((event: Event) => void) | null = null;
  #sequenceUntil = 0;
  /** The press that completed a sequence: whatever else it would match on its own, it is spent. */
  #spent: Event | null = null;
  /** Parts of the page that are still to come, with bindings nobody knows yet. */
  #expected = 0;
  /** Presses that nobody took meanwhile, oldest first. */
  #waiting: Event[] = [];
  #hasFired = false;
  readonly #listeners = new Set<() => void>();
  readonly #readContext: () => PressContext;

  constructor(readContext: () => PressContext) {
    this.#readContext = readContext;
  }

  readonly get = (): readonly Binding[] => this.#bindings;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Adds bindings; returns how to take them out again. */
  register(bindings: readonly Binding[]): () => void {
    this.#set([...this.#bindings, ...bindings]);
    return () => this.#set(this.#bindings.filter((one) => !bindings.includes(one)));
  }

  /** A part of the page is still to come: what nobody takes is kept for it. Returns how to say that it is there. */
  expect(): () => void {
    this.#expected++;
    return () => {
      this.#expected--;
    };
  }

  /** For one listener on `window`, in the capture phase: an open layer must still be there when the keymap looks. */
  readonly onKeyDown = (event: Event): void => {
    const { isInField, isDialogOpen } = this.#readContext();
    if (this.#take(event)) this.#waiting = [];
    else if (this.#expected > 0 && !isInField && !isDialogOpen) {
      this.#waiting = [...this.#waiting, event].slice(-WAITING_MAX);
    }
  };

  /** Whether a binding took it. */
  #take(event: Event): boolean {
    this.#handler ??= createKeybindingsHandler(this.#map(), { timeout: SEQUENCE_MS });
    this.#hasFired = false;
    this.#handler(event);
    return this.#hasFired;
  }

  #set(bindings: readonly Binding[]): void {
    const isMore = bindings.length > this.#bindings.length;
    this.#bindings = bindings;
    this.#handler = null;
    for (const listener of this.#listeners) listener();
    if (isMore && this.#waiting.length > 0) this.#catchUp();
  }

  /** The presses that waited, as if they came now: those up to the last that was taken are done with. */
  #catchUp(): void {
    const newest = this.#waiting.at(-1)?.timeStamp ?? 0;
    const waiting = this.#waiting.filter((event) => newest - event.timeStamp < WAIT_MS);
    let done = 0;
    this.#sequenceUntil = 0;
    waiting.forEach((event, at) => {
      if (this.#take(event)) done = at + 1;
    });
    this.#waiting = waiting.slice(done);
  }

  #map(): KeyBindingMap {
    const map: KeyBindingMap = {};
    const starts = new Set<string>();
    for (const binding of this.#bindings) {
      if (binding.run === null) continue;
      for (const keys of keysOf(binding)) {
        map[keys] = (event) => this.#fire(binding, keys, event);
        if (isSequence(keys)) starts.add(keys.slice(0, keys.indexOf(' ')));
      }
    }
    // tinykeys tries every binding on its own: without this, "g l" would also be an "l".
    for (const start of starts) {
      const own = map[start];
      map[start] = (event) => {
        const context = this.#readContext();
        if (!context.isInField && !context.isDialogOpen) this.#sequenceUntil = event.timeStamp + SEQUENCE_MS;
        own?.(event);
      };
    }
    return map;
  }

  #fire(binding: Binding, keys: string, event: KeyboardEvent): void {
    const context = this.#readContext();
    if (context.isInField && binding.inFields !== true) return;
    if (context.isDialogOpen && binding.inDialogs !== true) return;
    if (event === this.#spent) return;
    const isUnderWay = event.timeStamp < this.#sequenceUntil;
    this.#sequenceUntil = 0;
    if (isSequence(keys)) this.#spent = event;
    else if (isUnderWay) return;
    this.#hasFired = true;
    event.preventDefault();
    binding.run?.();
  }
}

const FIELD =
  'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=""], [contenteditable=true], [role=combobox]';
const LAYER = 'dialog[open], [role=menu]';

function readPageContext(): PressContext {
  const focused = document.activeElement;
  return {
    isInField: focused?.closest(FIELD) !== null && focused !== null,
    isDialogOpen: document.querySelector(LAYER) !== null,
  };
}

/** The tab's registry. */
export const keymap = new Keymap(readPageContext);
