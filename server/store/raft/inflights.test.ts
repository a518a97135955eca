import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Inflights } from './inflights.ts';

test('the window is full by count', () => {
  const inflights = new Inflights({ countMax: 2, bytesMax: 1000 });
  inflights.add(1, 10);
  expect(inflights.isFull()).toBe(false);
  inflights.add(2, 10);
  expect(inflights.isFull()).toBe(true);
  expect(() => inflights.add(3, 10)).toThrow('full window');
});

test('the window is full by bytes, and the message that crosses the limit passes', () => {
  const inflights = new Inflights({ countMax: 10, bytesMax: 100 });
  inflights.add(1, 60);
  expect(inflights.isFull()).toBe(false);
  inflights.add(2, 60);
  expect(inflights.isFull()).toBe(true);
  inflights.freeUpTo(1);
  expect(inflights.isFull()).toBe(false);
  expect(inflights.bytes).toBe(60);
});

test('last indexes must grow', () => {
  const inflights = new Inflights({ countMax: 10, bytesMax: 100 });
  inflights.add(5, 1);
  expect(() => inflights.add(5, 1)).toThrow('5 after 5');
});

test('behaves like a plain list of messages', () => {
  const action = fc.record({ free: fc.boolean(), step: fc.integer({ min: 1, max: 5 }), bytes: fc.nat(50) });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 400 }), (actions) => {
      const inflights = new Inflights({ countMax: 100, bytesMax: 2000 });
      let model: { last: number; bytes: number }[] = [];
      let last = 0;
      for (const { free, step, bytes } of actions) {
        if (free) {
          const upTo = (model[0]?.last ?? last) + step;
          inflights.freeUpTo(upTo);
          model = model.filter((message) => message.last > upTo);
        } else if (!inflights.isFull()) {
          last += step;
          inflights.add(last, bytes);
          model.push({ last, bytes });
        }
        expect(inflights.count).toBe(model.length);
        expect(inflights.bytes).toBe(model.reduce((sum, message) => sum + message.bytes, 0));
      }
    }),
  );
});

test('reset empties the window and allows any index again', () => {
  const inflights = new Inflights({ countMax: 1, bytesMax: 100 });
  inflights.add(9, 10);
  inflights.reset();
  expect([inflights.count, inflights.bytes]).toEqual([0, 0]);
  inflights.add(1, 10);
  expect(inflights.count).toBe(1);
});
