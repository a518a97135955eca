/**
 * Who calls: the user of the token in the call's metadata or, with --client-cert-auth, the common name of his certificate. A
 * token wins over a certificate. What he may do is decided elsewhere.
 */
import { randomInt } from 'node:crypto';
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import { type Identity, NOBODY } from '../../auth/types.ts';
import type { StoreMember } from '../../member/types.ts';
import type { Call } from '../front/types.ts';
import type { JsonWebTokens } from './jwt.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const TOKEN_LETTERS = 16;
const BEARER = /^Bearer /;
/** Random letters, a dot, and the log index of the sign-in. */
const SIMPLE_TOKEN = /^[^.]*\.(\d{1,20})$/;

interface CallersOptions {
  readonly member: StoreMember;
  /** Undefined: simple tokens. */
  readonly jwt: JsonWebTokens | undefined;
  readonly clientCertAuth: boolean;
}

export class Callers {
  readonly #options: CallersOptions;

  constructor(options: CallersOptions) {
    this.#options = options;
  }

  /** NOBODY when the call names no user, or while authentication is off. @throws EtcdError invalid auth token */
  async identify(call: Call): Promise<Identity> {
    const { member, jwt, clientCertAuth } = this.#options;
    if (!member.auth.isEnabled) return NOBODY;
    const token = call.metadata('token') ?? call.metadata('authorization');
    if (token !== undefined) {
      const bare = token.replace(BEARER, '');
      const identity = jwt === undefined ? await this.#ownerOf(bare) : jwt.read(bare);
      if (identity === undefined) throw etcdErrors.invalidAuthToken();
      return identity;
    }
    // A gateway that calls with a certificate of its own must not lend its name to everybody behind it.
    const isGateway = call.metadata('grpcgateway-accept') !== undefined;
    if (!clientCertAuth || isGateway || call.peerCommonName === undefined) return NOBODY;
    return { username: call.peerCommonName, revision: member.auth.revision };
  }

  /** As `simple_token` of the sign-in stands in the log; empty for JSON Web Tokens. */
  newTokenPrefix(): string {
    if (this.#options.jwt !== undefined) return '';
    return Array.from({ length: TOKEN_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  }

  /** The token itself, once the sign-in was applied. @throws EtcdError */
  issueToken(assigned: string, identity: Identity): string {
    return this.#options.jwt?.issue(identity) ?? assigned;
  }

  /** A token this member does not know may have been given by entries that it has not applied yet. */
  async #ownerOf(token: string): Promise<Identity | undefined> {
    const { member } = this.#options;
    let username = member.userOfToken(token);
    if (username === undefined) {
      const index = SIMPLE_TOKEN.exec(token)?.[1];
      if (index === undefined || Number(index) <= member.raftStatus().appliedIndex) return undefined;
      await member.readBarrier();
      username = member.userOfToken(token);
    }
    return username === undefined ? undefined : { username, revision: member.auth.revision };
  }
}
