/**
 * Users, roles, permissions and tokens over raw gRPC, ours beside the real etcd (§9). The cases build on each other: users are made
 * while authentication is off, it is turned on, and at the end off again.
 */
import { asUsers } from './auth-cases/as-users.ts';
import { onKeys } from './auth-cases/on-keys.ts';
import { whileOff } from './auth-cases/while-off.ts';
import { differential } from './harness/differential.ts';

/** Fast and the same on both sides. */
const FLAGS = ['--bcrypt-cost', '4'];

differential('Auth over gRPC', [...whileOff, ...onKeys, ...asUsers], FLAGS);
