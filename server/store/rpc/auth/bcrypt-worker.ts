/** A thread that does nothing but bcrypt: one password costs tens of milliseconds, which the member's own thread must not spend. */
import { parentPort } from 'node:worker_threads';
import { compareSync, genSaltSync, hashSync } from 'bcryptjs';

export type BcryptJob =
  | { readonly kind: 'hash'; readonly password: string; readonly cost: number }
  | { readonly kind: 'compare'; readonly password: string; readonly hash: string };

/** The hash, or whether it is this password's. */
export type BcryptAnswer = string | boolean;

function perform(job: BcryptJob): BcryptAnswer {
  // $2a$ is what etcd's library writes; the algorithm is the same.
  if (job.kind === 'hash') return hashSync(job.password, genSaltSync(job.cost).replace('$2b$', '$2a$'));
  try {
    return compareSync(job.password, job.hash);
  } catch {
    // What is stored is no bcrypt hash: no password is right.
    return false;
  }
}

parentPort?.on('message', (job: BcryptJob) => parentPort?.postMessage(perform(job)));
