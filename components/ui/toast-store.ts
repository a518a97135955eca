/** The messages that float at the foot for a while. One store per browser tab; bounded. */

export interface Toast {
  readonly id: number;
  readonly tone: 'good' | 'bad' | 'neutral';
  readonly text: string;
  /** One act that belongs to it, e.g. Undo. */
  readonly action?: { readonly label: string; readonly run: () => void };
  /** Milliseconds it stays; failures stay until closed. */
  readonly lifeMs: number | null;
}

export interface NewToast {
  readonly tone?: Toast['tone'];
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
  readonly lifeMs?: number | null;
}

const TOASTS_MAX = 4;
const LIFE_MS = 5_000;
const LIFE_WITH_ACTION_MS = 12_000;

export class ToastStore {
  #toasts: readonly Toast[] = [];
  #nextId = 1;
  readonly #listeners = new Set<() => void>();

  readonly get = (): readonly Toast[] => this.#toasts;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Shows a message; the oldest goes when there are too many. Returns its id for `close`. */
  add({ tone = 'neutral', text, action, lifeMs }: NewToast): number {
    const id = this.#nextId++;
    const life = lifeMs !== undefined ? lifeMs : tone === 'bad' ? null : action ? LIFE_WITH_ACTION_MS : LIFE_MS;
    const toast: Toast = { id, tone, text, lifeMs: life, ...(action === undefined ? {} : { action }) };
    this.#set([...this.#toasts, toast].slice(-TOASTS_MAX));
    return id;
  }

  close(id: number): void {
    this.#set(this.#toasts.filter((toast) => toast.id !== id));
  }

  clear(): void {
    this.#set([]);
  }

  #set(toasts: readonly Toast[]): void {
    this.#toasts = toasts;
    for (const listener of this.#listeners) listener();
  }
}

export const toasts = new ToastStore();
