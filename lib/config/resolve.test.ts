import { describe, expect, test } from 'vitest';
import { type Assignment, emptyAssignment, type Release } from './documents.ts';
import { type Asker, type Chosen, chooseRelease, inForce, tried } from './resolve.ts';

const TARGET = 'settings/shop';
const asker: Asker = { instanceId: 'i1', tags: [], appVersion: '1.4.0', clientVersion: '1.0.0' };
const releaseOf = (releaseId: string, requires: Release['requires'] = {}): Release => ({
  ...{ target: TARGET, kind: 'config', content: {}, schema: null, locked: [], requires },
  ...{ releaseId, sha256: '', semver: '1.0.0', parent: null, author: '', note: '', createdAt: 0 },
});
const all = new Map(['r_old', 'r_new'].map((id) => [id, releaseOf(id)]));
const find = (id: string | null): Release | null => all.get(id ?? '') ?? null;
const exposed: Assignment = {
  ...emptyAssignment(TARGET),
  ...{ generation: 3, stable: 'r_old', candidate: 'r_new', thresholdBp: 10_000 },
};

describe('the dead-man’s switch', () => {
  const at = (expiresAt: number | null, now: number) =>
    chooseRelease(inForce({ ...exposed, expiresAt }, now), asker, find)?.release.releaseId;

  test('an exposure without an end holds', () => expect(at(null, 1e15)).toBe('r_new'));
  test('one that is renewed holds', () => expect(at(1_000, 1_000)).toBe('r_new'));
  test('one that nobody renewed is none', () => expect(at(1_000, 1_001)).toBe('r_old'));
  test('a pointer of before it existed holds', () => {
    const { expiresAt: _, ...old } = exposed;
    expect(chooseRelease(inForce(old as Assignment, 1e15), asker, find)?.release.releaseId).toBe('r_new');
  });
});

describe('what a layer asks about', () => {
  const chosen: Chosen[] = ['settings', TARGET].map((target) => ({
    target,
    release: releaseOf('r_old'),
    generation: 3,
    cohort: 'stable',
  }));
  const layers = ['settings', TARGET, 'settings/shop/prod'];

  test('takes the place of what it serves, and the other layers stay', () => {
    const would = tried(chosen, asker, layers, (target) =>
      target === TARGET ? { release: releaseOf('r_new'), generation: 4 } : null,
    );
    expect(would?.map(({ target, release, generation }) => [target, release.releaseId, generation])).toEqual([
      ['settings', 'r_old', 3],
      [TARGET, 'r_new', 4],
    ]);
  });

  test('a layer that serves nothing yet comes in at its place', () => {
    const would = tried(chosen, asker, layers, (target) =>
      target === 'settings/shop/prod' ? { release: releaseOf('r_new'), generation: 1 } : null,
    );
    expect(would?.map(({ target }) => target)).toEqual(layers);
  });

  test('nobody asks, or only about what this version is not for', () => {
    expect(tried(chosen, asker, layers, () => null)).toBe(null);
    const later = releaseOf('r_new', { app: '>=2.0.0' });
    expect(tried(chosen, asker, layers, () => ({ release: later, generation: 4 }))).toBe(null);
  });
});
