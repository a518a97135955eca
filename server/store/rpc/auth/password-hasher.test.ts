import { afterEach, expect, test } from 'vitest';
import { PASSWORD_JOBS_MAX, PASSWORD_WORKERS_MAX } from '../limits.ts';
import { PasswordHasher } from './password-hasher.ts';

let hasher: PasswordHasher;
afterEach(() => hasher.close());

test('a hash is in the form that etcd keeps, and only its password matches it', async () => {
  hasher = new PasswordHasher(4);
  const hash = await hasher.hash('pässword');
  expect(hash).toMatch(/^\$2a\$04\$[./A-Za-z0-9]{53}$/);
  expect(await hasher.matches('pässword', hash)).toBe(true);
  expect(await hasher.matches('password', hash)).toBe(false);
  expect(await hasher.matches('', hash)).toBe(false);
});

test('what is no hash matches nothing', async () => {
  hasher = new PasswordHasher(4);
  for (const hash of ['', 'secret', 'x'.repeat(60), `$9z$04$${'.'.repeat(53)}`])
    expect(await hasher.matches('secret', hash)).toBe(false);
});

test('beyond the bound passwords are refused, and closing refuses those that wait', async () => {
  hasher = new PasswordHasher(4);
  const outcomes = Array.from({ length: PASSWORD_WORKERS_MAX + PASSWORD_JOBS_MAX + 1 }, () =>
    hasher.hash('x').then(
      () => 'hashed',
      (error: Error) => error.message,
    ),
  );
  expect(await outcomes.at(-1)).toBe('etcdserver: too many requests');
  hasher.close();
  expect(new Set(await Promise.all(outcomes.slice(0, PASSWORD_JOBS_MAX)))).toContain('etcdserver: server stopped');
  await expect(hasher.hash('x')).rejects.toThrow('server stopped');
});
