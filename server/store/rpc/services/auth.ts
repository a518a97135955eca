/**
 * etcdserverpb.Auth. Changes go through the log and are permitted where they are applied; what only reads is answered here behind a
 * read barrier, with the same checks. Passwords end in this file: the log gets their hashes.
 */
import { toBase64, utf8Decode, utf8Encode } from '../../../../lib/base/bytes.ts';
import type {
  AuthenticateRequest,
  AuthUserAddRequest,
  AuthUserChangePasswordRequest,
} from '../../../../lib/base/etcdpb/auth.ts';
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import { methods, type Method as WireMethod } from '../../../../lib/base/etcdpb/methods.ts';
import type { Init } from '../../../../lib/base/protobuf/schema.ts';
import type { StoreMember } from '../../member/types.ts';
import { unary } from '../front/method.ts';
import type { Call, Method } from '../front/types.ts';
import { applied, headerAt, proposeFor, type ServiceContext } from './context.ts';

type Proposal = Parameters<StoreMember['propose']>[0];

export function authMethods(context: ServiceContext): readonly Method[] {
  const service = new AuthService(context);
  const serve = <Q extends object, A extends object>(
    { path, request, response }: WireMethod<Q, A>,
    handle: (request: Q, call: Call) => Promise<Init<A>>,
  ): Method => unary(path, { request, response }, handle);
  return [
    serve(methods.authEnable, (_, call) => service.change({ authEnable: {} }, call)),
    serve(methods.authDisable, (_, call) => service.change({ authDisable: {} }, call)),
    serve(methods.authenticate, (r) => service.authenticate(r)),
    serve(methods.userAdd, (r, call) => service.addUser(r, call)),
    serve(methods.userDelete, (r, call) => service.change({ authUserDelete: r }, call)),
    serve(methods.userChangePassword, (r, call) => service.changePassword(r, call)),
    serve(methods.userGrantRole, (r, call) => service.change({ authUserGrantRole: r }, call)),
    serve(methods.userRevokeRole, (r, call) => service.change({ authUserRevokeRole: r }, call)),
    serve(methods.roleAdd, (r, call) => service.change({ authRoleAdd: r }, call)),
    serve(methods.roleDelete, (r, call) => service.change({ authRoleDelete: r }, call)),
    serve(methods.roleGrantPermission, (r, call) => service.change({ authRoleGrantPermission: r }, call)),
    serve(methods.roleRevokePermission, (r, call) => service.change({ authRoleRevokePermission: r }, call)),
    serve(methods.authStatus, (_, call) => service.status(call)),
    serve(methods.userGet, (r, call) => service.getUser(r.name, call)),
    serve(methods.userList, (_, call) => service.listUsers(call)),
    serve(methods.roleGet, (r, call) => service.getRole(r.role, call)),
    serve(methods.roleList, (_, call) => service.listRoles(call)),
  ];
}

class AuthService {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  async change(request: Proposal, call: Call) {
    const { member } = this.#context;
    const { revision } = applied(await proposeFor(this.#context, call, request), 'auth');
    return { header: headerAt(member, revision) };
  }

  /** A user without a password signs in with a certificate only. */
  async addUser({ name, password, options }: AuthUserAddRequest, call: Call) {
    const hashedPassword = options?.noPassword === true ? '' : await this.#hash(password);
    return this.change({ authUserAdd: { name, options, hashedPassword } }, call);
  }

  /** A client may send the hash itself; with neither, nothing will match. */
  async changePassword({ name, password, hashedPassword }: AuthUserChangePasswordRequest, call: Call) {
    const hash = password === '' ? hashedPassword : await this.#hash(password);
    return this.change({ authUserChangePassword: { name, hashedPassword: hash } }, call);
  }

  /** The password is checked before the log; should users change meanwhile, it is checked again. */
  async authenticate({ name, password }: AuthenticateRequest) {
    const { member, callers } = this.#context;
    await member.readBarrier();
    for (;;) {
      const checkedAt = await this.#checkPassword(name, password);
      const simpleToken = callers.newTokenPrefix();
      const response = applied(await member.propose({ authenticate: { name, simpleToken } }), 'auth');
      if (member.auth.revision !== checkedAt) continue;
      const assigned = response.tokens?.kind === 'assign' ? response.tokens.token : '';
      const token = callers.issueToken(assigned, { username: name, revision: checkedAt });
      return { header: headerAt(member, response.revision), token };
    }
  }

  async status(call: Call) {
    const auth = await this.#readAsRoot(call);
    return { header: this.#context.member.header(), enabled: auth.isEnabled, authRevision: auth.revision };
  }

  /** Everybody may look at himself. */
  async getUser(name: string, call: Call) {
    const { auth, identity } = await this.#read(call);
    if (identity.username !== name) auth.checkRoot(identity);
    const user = auth.user(name);
    if (user === undefined) throw etcdErrors.userNotFound();
    return { header: this.#context.member.header(), roles: user.roles };
  }

  async listUsers(call: Call) {
    const auth = await this.#readAsRoot(call);
    return { header: this.#context.member.header(), users: auth.userNames() };
  }

  /** Everybody may look at the roles he has. */
  async getRole(name: string, call: Call) {
    const { auth, identity } = await this.#read(call);
    if (auth.user(identity.username)?.roles.includes(name) !== true) auth.checkRoot(identity);
    const perm = auth.permissionsOf(name);
    if (perm === undefined) throw etcdErrors.roleNotFound();
    return { header: this.#context.member.header(), perm };
  }

  async listRoles(call: Call) {
    const auth = await this.#readAsRoot(call);
    return { header: this.#context.member.header(), roles: auth.roleNames() };
  }

  async #read(call: Call) {
    const { member, callers } = this.#context;
    await member.readBarrier();
    const identity = await callers.identify(call);
    return { auth: member.auth, identity };
  }

  async #readAsRoot(call: Call) {
    const { auth, identity } = await this.#read(call);
    auth.checkRoot(identity);
    return auth;
  }

  async #hash(password: string): Promise<string> {
    return toBase64(utf8Encode(await this.#context.passwords.hash(password)));
  }

  /** The auth revision the password was right at. @throws EtcdError */
  async #checkPassword(name: string, password: string): Promise<number> {
    const { auth } = this.#context.member;
    if (!auth.isEnabled) throw etcdErrors.authNotEnabled();
    const { revision } = auth;
    const user = auth.user(name);
    if (user === undefined) throw etcdErrors.authFailed();
    if (user.options?.noPassword === true) throw etcdErrors.noPasswordUser();
    const isRight = await this.#context.passwords.matches(password, utf8Decode(user.password) ?? '');
    if (!isRight) throw etcdErrors.authFailed();
    return revision;
  }
}
