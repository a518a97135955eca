/** Users and roles as etcd keeps them: authpb messages, names as bytes. */
import { utf8Decode, utf8Encode } from '../../../lib/base/bytes.ts';
import type { Role, User } from '../../../lib/base/etcdpb/auth.ts';
import type { StoredRole, StoredUser } from './types.ts';

export const userMessage = ({ name, password, roles, options }: StoredUser): User => ({
  name: utf8Encode(name),
  password,
  roles,
  options,
});

export const roleMessage = ({ name, permissions }: StoredRole): Role => ({
  name: utf8Encode(name),
  keyPermission: permissions,
});

/** Keeps nothing of the bytes it was decoded from. @throws RangeError when the name is no text */
export const storedUser = ({ name, password, roles, options }: User): StoredUser => ({
  name: nameOf(name),
  password: password.slice(),
  roles,
  options,
});

/** As storedUser. @throws RangeError */
export const storedRole = ({ name, keyPermission }: Role): StoredRole => ({
  name: nameOf(name),
  permissions: keyPermission.map(({ permType, key, rangeEnd }) => ({
    permType,
    key: key.slice(),
    rangeEnd: rangeEnd.slice(),
  })),
});

function nameOf(bytes: Uint8Array): string {
  const name = utf8Decode(bytes);
  if (name === undefined || name === '') throw new RangeError('a user or role has a name that is empty or not UTF-8');
  return name;
}
