/**
 * The one way of a change through the console: refused where the store is read-only here, done once per idempotency key, and with
 * an entry in the audit trail that stands before it does.
 */
import type { AccessActionBody, AccessActionResult } from '../../lib/api/access-types.ts';
import { type AccessControl, type AccessPlace, accessAct } from './access/access-control.ts';
import { fingerprintOf } from './access/fingerprint.ts';
import { ROOT_USER } from './access/reach.ts';
import type { Act, AuditTrail, LastWord } from './audit/trail.ts';
import { IdempotencyCache } from './idempotency.ts';
import { requireWritable, type StoreContext } from './operations/context.ts';

export interface ChangesOptions {
  readonly context: StoreContext;
  readonly audit: AuditTrail;
  /** Null where the store has no users. */
  readonly user: string | null;
}

export class Changes {
  readonly #options: ChangesOptions;
  readonly #idempotency = new IdempotencyCache();

  constructor(options: ChangesOptions) {
    this.#options = options;
  }

  /** @param lastWord see AuditTrail.run */
  run<T>(
    act: Act,
    body: { readonly idempotencyKey: string },
    change: () => Promise<T>,
    lastWord?: LastWord,
  ): Promise<T> {
    const request = `${act.action} ${JSON.stringify(act.target)} ${JSON.stringify(body)}`;
    return this.once(body.idempotencyKey, request, () => this.audited(act, change, lastWord));
  }

  /** Without looking whether it was asked for before. */
  async audited<T>(act: Act, change: () => Promise<T>, lastWord?: LastWord): Promise<T> {
    const { audit, context, user } = this.#options;
    requireWritable(context);
    return audit.run(user, act, change, lastWord);
  }

  /** Keeps account of what was done already, as soon as the store takes it. */
  async happened(act: Act): Promise<void> {
    await this.#options.audit.happened(this.#options.user, act);
  }

  /** Once per idempotency key. */
  once<T>(idempotencyKey: string, request: string, change: () => Promise<T>): Promise<T> {
    return this.#idempotency.run({ key: idempotencyKey, request }, change);
  }

  /** An action on users and roles. What is remembered of the request does not hold the password. */
  async access(body: AccessActionBody, control: AccessControl, place: AccessPlace): Promise<AccessActionResult> {
    const { password, ...plain } = body;
    const { type } = body.action;
    const asked = password === undefined ? plain : { ...plain, password: fingerprintOf(password) };
    const lastWord = type === 'enable' && password !== undefined ? asRoot(place, password) : undefined;
    const result = await this.run(accessAct(body.action), asked, () => control.run(body), lastWord);
    if (type === 'enable' || type === 'disable') await place.onSwitched();
    return result;
  }
}

/** Whoever turns authentication on has just chosen root's password: it is used for this one entry. */
function asRoot(place: AccessPlace, password: string): LastWord {
  return async (write) => {
    const engine = place.openAs({ user: ROOT_USER, password });
    try {
      await write(engine);
    } finally {
      engine.close();
    }
  };
}
