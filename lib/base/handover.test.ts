import { expect, test } from 'vitest';
import { Handover } from './handover.ts';

test('what was taken is there no more', () => {
  const handover = new Handover({ answer: 42 });
  expect(handover.take()).toEqual({ answer: 42 });
  expect(handover.take()).toBeUndefined();
});
