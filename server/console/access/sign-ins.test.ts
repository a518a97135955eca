import { afterEach, expect, test } from 'vitest';
import { IDLE_MS, LIFE_MS, SignIns } from './sign-ins.ts';

interface User {
  readonly name: string;
  released: number;
  release(): void;
}

const user = (name: string): User => ({
  name,
  released: 0,
  release() {
    this.released++;
  },
});

let now = 0;
let signIns: SignIns<User>;
const open = (): SignIns<User> => {
  now = 0;
  signIns = new SignIns<User>(() => now);
  return signIns;
};
afterEach(() => signIns.close());

test('a sign-in gives a new token, and the token held before is worth nothing', () => {
  open();
  const planted = 'a-token-somebody-planted';
  const first = signIns.begin(planted, 'a', user('ada'));
  expect(signIns.find(planted, 'a')).toBeUndefined();
  const second = signIns.begin(first, 'b', user('bob'));
  expect(signIns.find(first, 'a')).toBeUndefined();
  expect(signIns.find(second, 'a')?.held.name).toBe('ada');
  expect(signIns.find(second, 'b')?.held.name).toBe('bob');
  expect(signIns.find(second, 'c')).toBeUndefined();
});

test('signing out ends the streams and lets the user go, store by store', () => {
  open();
  const ada = user('ada');
  const one = signIns.begin(null, 'a', ada);
  const token = signIns.begin(one, 'b', user('bob'));
  const ended = signIns.find(token, 'a')?.ended;
  expect(signIns.end(token, 'a')).toBe(false);
  expect(ended?.aborted).toBe(true);
  expect(ada.released).toBe(1);
  expect(signIns.find(token, 'b')?.held.name).toBe('bob');
  expect(signIns.end(token, 'b')).toBe(true);
  expect(signIns.end('unknown', 'a')).toBe(true);
});

test('another user of the same store takes the place of the first', () => {
  open();
  const ada = user('ada');
  const token = signIns.begin(signIns.begin(null, 'a', ada), 'a', user('bob'));
  expect(ada.released).toBe(1);
  expect(signIns.find(token, 'a')?.held.name).toBe('bob');
});

test('an idle browser is signed out, a busy one after a day', () => {
  open();
  const idle = signIns.begin(null, 'a', user('ada'));
  const busy = signIns.begin(null, 'a', user('bob'));
  for (now = 0; now <= IDLE_MS; now += IDLE_MS / 4) expect(signIns.find(busy, 'a')).toBeDefined();
  expect(signIns.find(idle, 'a')).toBeUndefined();
  for (; now <= LIFE_MS; now += IDLE_MS / 4) expect(signIns.find(busy, 'a')).toBeDefined();
  expect(signIns.find(busy, 'a')).toBeUndefined();
});

test('whom the store refuses is signed out everywhere', () => {
  open();
  const ada = user('ada');
  const token = signIns.begin(null, 'a', ada);
  signIns.endWhere((held) => held === ada);
  expect(signIns.find(token, 'a')).toBeUndefined();
  expect(ada.released).toBe(1);
});
