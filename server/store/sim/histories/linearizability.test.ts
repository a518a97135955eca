import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Prng } from '../../../../lib/base/prng.ts';
import { checkKey, KV_MODEL, type KvAnswer, type KvCall, type KvOperation, type SeenPair } from './kv-model.ts';

const verdict = (operations: readonly KvOperation[], stepsMax?: number) => checkKey(operations, stepsMax).kind;

function operation(calledAt: number, call: KvCall, answer?: readonly [at: number, value: KvAnswer]): KvOperation {
  return { call, calledAt, answer: answer === undefined ? undefined : { at: answer[0], value: answer[1] } };
}

const pair = (value: string, modRevision: number, more: Partial<SeenPair> = {}): SeenPair => ({
  ...{ value, modRevision, createRevision: modRevision, version: 1 },
  ...more,
});

describe('histories that are in order', () => {
  test('overlapping writes may take effect in either order, and the revisions say which', () => {
    const history = [
      operation(0, { kind: 'put', value: 'a' }, [10, { revision: 3 }]),
      operation(1, { kind: 'put', value: 'b' }, [9, { revision: 2 }]),
      operation(11, { kind: 'get' }, [12, { revision: 3, pair: pair('a', 3, { createRevision: 2, version: 2 }) }]),
    ];
    expect(verdict(history)).toBe('linearizable');
  });

  test('a write without an answer may take effect late, and a read settles its revision', () => {
    const history = [
      operation(0, { kind: 'put', value: 'lost' }),
      operation(1, { kind: 'get' }, [2, { revision: 1 }]),
      operation(3, { kind: 'get' }, [4, { revision: 7, pair: pair('lost', 6) }]),
      operation(5, { kind: 'compareAndSet', expected: 6, value: 'next' }, [6, { revision: 8, hasChanged: true }]),
    ];
    expect(verdict(history)).toBe('linearizable');
  });

  test('a write without an answer may never take effect', () => {
    const history = [
      operation(0, { kind: 'put', value: 'lost' }),
      operation(100, { kind: 'get' }, [101, { revision: 1 }]),
    ];
    expect(verdict(history)).toBe('linearizable');
  });

  test('a lease takes the key that hangs on it, and no other', () => {
    const history = [
      operation(0, { kind: 'put', value: 'a', lease: 5n }, [1, { revision: 2 }]),
      operation(2, { kind: 'leaseEnds', lease: 5n }),
      operation(3, { kind: 'get' }, [4, { revision: 3 }]),
      operation(5, { kind: 'put', value: 'b', lease: 6n }, [6, { revision: 4 }]),
      operation(7, { kind: 'get' }, [8, { revision: 4, pair: pair('b', 4) }]),
    ];
    expect(verdict(history)).toBe('linearizable');
    const ended = operation(9, { kind: 'get' }, [10, { revision: 5 }]);
    expect(verdict([...history, ended])).toBe('violated');
  });
});

describe('bad histories', () => {
  test('a stale read', () => {
    const history = [
      operation(0, { kind: 'put', value: 'a' }, [1, { revision: 2 }]),
      operation(2, { kind: 'put', value: 'b' }, [3, { revision: 3 }]),
      operation(4, { kind: 'get' }, [5, { revision: 3, pair: pair('a', 2) }]),
    ];
    expect(verdict(history)).toBe('violated');
  });

  test('a stale read that owns up to its old revision', () => {
    const history = [
      operation(0, { kind: 'put', value: 'a' }, [1, { revision: 2 }]),
      operation(2, { kind: 'put', value: 'b' }, [3, { revision: 3 }]),
      operation(4, { kind: 'get' }, [5, { revision: 2, pair: pair('a', 2) }]),
    ];
    expect(verdict(history)).toBe('violated');
  });

  test('a lost update: two compare-and-sets won on the same revision', () => {
    const history = [
      operation(0, { kind: 'put', value: 'a' }, [1, { revision: 2 }]),
      operation(2, { kind: 'compareAndSet', expected: 2, value: 'b' }, [9, { revision: 3, hasChanged: true }]),
      operation(2, { kind: 'compareAndSet', expected: 2, value: 'c' }, [9, { revision: 4, hasChanged: true }]),
    ];
    expect(verdict(history)).toBe('violated');
  });

  test('a lost write: acknowledged, and gone', () => {
    const history = [
      operation(0, { kind: 'put', value: 'a' }, [1, { revision: 2 }]),
      operation(2, { kind: 'get' }, [3, { revision: 2 }]),
    ];
    expect(verdict(history)).toBe('violated');
  });

  test('a write that was applied twice', () => {
    const history = [
      operation(0, { kind: 'put', value: 'a' }, [1, { revision: 2 }]),
      operation(2, { kind: 'get' }, [3, { revision: 3, pair: pair('a', 3, { createRevision: 2, version: 2 }) }]),
    ];
    expect(verdict(history)).toBe('violated');
  });

  test('a refused guard that should have held', () => {
    const history = [
      operation(0, { kind: 'put', value: 'a' }, [1, { revision: 2 }]),
      operation(2, { kind: 'compareAndSet', expected: 2, value: 'b' }, [
        3,
        { revision: 2, hasChanged: false, pair: pair('a', 2) },
      ]),
    ];
    expect(verdict(history)).toBe('violated');
  });

  test('the violation names what could not come next', () => {
    const stale = operation(4, { kind: 'get' }, [5, { revision: 3, pair: pair('x', 2) }]);
    const found = checkKey([operation(0, { kind: 'put', value: 'a' }, [1, { revision: 2 }]), stale]);
    expect(found).toEqual({ kind: 'violated', fitting: 1, stuckAt: [stale] });
  });
});

test('what cannot be decided within the bound is undecided, never passed', () => {
  const writes = Array.from({ length: 12 }, (_, i) => operation(i, { kind: 'put', value: `v${i}`, lease: BigInt(i) }));
  const impossible = operation(20, { kind: 'get' }, [30, { revision: 9, pair: pair('other', 9) }]);
  expect(verdict([...writes, impossible], 1000)).toBe('undecided');
});

/** Every order that real time allows, one after another. */
function bruteForce(operations: readonly KvOperation[]): boolean {
  const tryFrom = (state: typeof KV_MODEL.initial, left: readonly KvOperation[]): boolean => {
    if (left.every(({ answer }) => answer === undefined)) return true;
    return left.some((next) => {
      const others = left.filter((other) => other !== next);
      if (others.some(({ answer }) => answer !== undefined && answer.at < next.calledAt)) return false;
      return KV_MODEL.step(state, next).some((after) => tryFrom(after, others));
    });
  };
  return tryFrom(KV_MODEL.initial, operations);
}

/** Clients of one true key: what it answers is right, then perhaps one answer is falsified, forgotten or moved in time. */
function drawHistory(seed: number): KvOperation[] {
  const prng = new Prng(seed);
  const operations: KvOperation[] = [];
  let revision = 1;
  let current: (SeenPair & { readonly lease: bigint }) | undefined;
  const put = (value: string, lease = 0n) => {
    revision++;
    const [createRevision, version] = [current?.createRevision ?? revision, (current?.version ?? 0) + 1];
    current = { value, modRevision: revision, createRevision, version, lease };
  };
  const seen = () => {
    if (current === undefined) return undefined;
    const { lease: _lease, ...shown } = current;
    return shown;
  };
  for (let i = 0; i < 6; i++) {
    const [calledAt, at] = [10 * i - prng.int(0, 25), 10 * i + prng.int(0, 25)];
    const value = `v${i}`;
    let call: KvCall;
    let answer: KvAnswer;
    switch (prng.int(0, 4)) {
      case 0:
        call = { kind: 'get' };
        answer = { revision, pair: seen() };
        break;
      case 1:
        call = { kind: 'delete' };
        answer = { revision: current === undefined ? revision : revision + 1, hasChanged: current !== undefined };
        if (current !== undefined) revision++;
        current = undefined;
        break;
      case 2: {
        const expected = prng.chance(0.6) ? (current?.modRevision ?? 0) : prng.int(0, 6);
        call = { kind: 'compareAndSet', expected, value };
        const hasChanged = expected === (current?.modRevision ?? 0);
        if (hasChanged) put(value);
        answer = hasChanged ? { revision, hasChanged } : { revision, hasChanged, pair: seen() };
        break;
      }
      default:
        call = { kind: 'put', value, lease: prng.pick([0n, 1n]) };
        put(value, call.lease);
        answer = { revision };
    }
    operations.push(operation(calledAt, call, prng.chance(0.75) ? [at, falsified(prng, answer)] : undefined));
  }
  if (prng.chance(0.3)) operations.push(operation(prng.int(0, 60), { kind: 'leaseEnds', lease: 1n }));
  return prng.shuffle(operations);
}

function falsified(prng: Prng, answer: KvAnswer): KvAnswer {
  if (prng.chance(0.85)) return answer;
  return prng.chance(0.5) ? { ...answer, revision: prng.int(1, 7) } : { ...answer, pair: pair('v1', prng.int(1, 6)) };
}

test('the search finds an order exactly when trying them all does', () => {
  const kinds = new Map<string, number>();
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const history = drawHistory(seed);
      const found = verdict(history);
      kinds.set(found, (kinds.get(found) ?? 0) + 1);
      expect(found).toBe(bruteForce(history) ? 'linearizable' : 'violated');
    }),
    { numRuns: 4000 },
  );
  expect(kinds.get('linearizable')).toBeGreaterThan(300);
  expect(kinds.get('violated')).toBeGreaterThan(300);
});

test('a thousand operations of ten clients on one key, fifty of them unanswered, are decided quickly', () => {
  const prng = new Prng(7);
  const operations: KvOperation[] = [];
  let current: SeenPair | undefined;
  for (let i = 0; i < 1000; i++) {
    const calledAt = i - prng.int(0, 9);
    const at = i + prng.int(0, 9);
    if (prng.chance(0.5)) {
      operations.push(operation(calledAt, { kind: 'get' }, [at, { revision: i + 1, pair: current }]));
      continue;
    }
    const isLost = i % 20 === 3;
    const takesEffect = !isLost || prng.chance(0.5);
    const value = `v${i}`;
    if (takesEffect)
      current = {
        ...{ value, modRevision: i + 2, version: (current?.version ?? 0) + 1 },
        createRevision: current?.createRevision ?? i + 2,
      };
    operations.push(operation(calledAt, { kind: 'put', value }, isLost ? undefined : [at, { revision: i + 2 }]));
  }
  expect(verdict(operations)).toBe('linearizable');
});
