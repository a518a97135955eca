import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { StoreSession } from '../store-session.ts';
import { BASIC_IDLE_MS, PROGRAMS_MAX, Programs, TICKET_MS, TOKEN_LIFE_MS } from './programs.ts';
import type { HeldUser } from './user-sessions.ts';

const ADA = { store: 'main', user: 'ada', password: 'secret' };
const SWEEP_MS = 60_000;

let now = 0;
let programs: Programs;
let checks = 0;
let released: string[] = [];

beforeEach(() => {
  now = 1_000;
  checks = 0;
  released = [];
  programs = new Programs(() => now);
});
afterEach(() => programs.close());

const held = (user: string): HeldUser => ({
  user,
  // Nothing here looks into a session.
  session: null as unknown as StoreSession,
  release: () => released.push(user),
});

const check = async (): Promise<HeldUser> => {
  checks++;
  return held('ada');
};

describe('programs that ask as users of a store', () => {
  test('a password is asked of the store once, also by a fleet that starts at the same moment', async () => {
    const many = await Promise.all(Array.from({ length: 50 }, () => programs.byPassword(ADA, check)));
    await programs.byPassword(ADA, check);
    expect(checks).toBe(1);
    expect(new Set(many.map((one) => one.held)).size).toBe(1);
  });

  test('another password, user or store is another question', async () => {
    await programs.byPassword(ADA, check);
    await programs.byPassword({ ...ADA, password: 'other' }, check);
    await programs.byPassword({ ...ADA, store: 'second' }, check);
    await programs.byPassword({ ...ADA, user: 'bob' }, check);
    expect(checks).toBe(4);
  });

  test('a refused password is not remembered: the next request asks again', async () => {
    const refuse = async (): Promise<HeldUser> => {
      checks++;
      throw new Error('no');
    };
    await expect(programs.byPassword(ADA, refuse)).rejects.toThrow('no');
    await expect(programs.byPassword(ADA, refuse)).rejects.toThrow('no');
    expect(checks).toBe(2);
  });

  test('a token stands for its user in its store, until it is taken back or its day is over', () => {
    const token = programs.give('main', held('ada'));
    expect(programs.byToken('main', token)?.held.user).toBe('ada');
    expect(programs.byToken('second', token)).toBeUndefined();
    expect(programs.byToken('main', `${token}x`)).toBeUndefined();
    expect(programs.take('second', token)).toBe(false);
    now += TOKEN_LIFE_MS + 1;
    expect(programs.byToken('main', token)).toBeUndefined();
    expect(released).toEqual(['ada']);
    const second = programs.give('main', held('bob'));
    const ended = programs.byToken('main', second)?.ended;
    expect(programs.take('main', second)).toBe(true);
    expect(ended?.aborted).toBe(true);
    expect(programs.byToken('main', second)).toBeUndefined();
  });

  test('a ticket works for a while, for its store, while its user is there, and cannot be made up', async () => {
    const ada = await programs.byPassword(ADA, check);
    const ticket = programs.ticketFor('main', ada.held);
    expect(programs.byTicket('main', ticket)?.held.user).toBe('ada');
    expect(programs.byTicket('second', ticket)).toBeUndefined();
    expect(programs.byTicket('main', '')).toBeUndefined();
    const [payload = '', signature = ''] = ticket.split('.');
    const forged = Buffer.from(JSON.stringify(['main', 'root', now * 10])).toString('base64url');
    expect(programs.byTicket('main', `${forged}.${signature}`)).toBeUndefined();
    expect(new Programs(() => now).byTicket('main', ticket), 'another process').toBeUndefined();
    expect(programs.ticketFor('main', ada.held), 'the same within its hour').toBe(ticket);
    now += TICKET_MS;
    expect(programs.byTicket('main', ticket)).toBeDefined();
    now += TICKET_MS;
    expect(programs.byTicket('main', ticket)).toBeUndefined();
    const fresh = programs.ticketFor('main', ada.held);
    expect(fresh).not.toBe(`${payload}.${signature}`);
    programs.endWhere(({ user }) => user === 'ada');
    expect(programs.byTicket('main', fresh)).toBeUndefined();
  });

  test('what a user loses ends everywhere at once', async () => {
    const { ended } = await programs.byPassword(ADA, check);
    const token = programs.give('main', held('bob'));
    programs.endWhere(({ user }) => user === 'ada');
    expect(ended.aborted).toBe(true);
    expect(released).toEqual(['ada']);
    expect(programs.byToken('main', token)).toBeDefined();
  });

  test('there is a bound, and who comes beyond it holds nothing', () => {
    for (let i = 0; i < PROGRAMS_MAX; i++) programs.give('main', held('ada'));
    expect(() => programs.give('main', held('late'))).toThrow(/programs are signed in already/);
    expect(released).toEqual(['late']);
  });
});

test('a password that nobody uses is forgotten, but not under an open stream', async () => {
  vi.useFakeTimers();
  const swept = new Programs(() => now);
  const idle = await swept.byPassword(ADA, check);
  idle.done();
  const streaming = await swept.byPassword({ ...ADA, user: 'bob' }, async () => held('bob'));
  now += BASIC_IDLE_MS + 1;
  vi.advanceTimersByTime(SWEEP_MS);
  expect(released).toEqual(['ada']);
  streaming.done();
  now += BASIC_IDLE_MS + 1;
  vi.advanceTimersByTime(SWEEP_MS);
  expect(released).toEqual(['ada', 'bob']);
  swept.close();
  vi.useRealTimers();
});
