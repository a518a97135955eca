/**
 * A value that is handed over once: whoever keeps the box afterwards keeps nothing.
 *
 * grpc-js holds what a unary call decoded, and the callback with all it refers to, for as long as the call itself lives, which is
 * until V8's next full collection: pages of a large range piled up for so long. Answer and promise in boxes that are emptied go
 * with their user.
 */
export class Handover<T> {
  #value: T | undefined;

  constructor(value: T) {
    this.#value = value;
  }

  /** Undefined when it was taken before. */
  take(): T | undefined {
    const value = this.#value;
    this.#value = undefined;
    return value;
  }
}
