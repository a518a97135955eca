import { expect, test } from 'vitest';
import type { KeyVersion } from '../../../lib/api/types.ts';
import { stepRevision } from './step-revision.ts';

const versions = ['90', '50', '7'].map((modRevision) => ({ modRevision }) as KeyVersion);

test('older goes to the version before the one in force, newer to the one after it', () => {
  expect(stepRevision(versions, null, 'older')).toBe('50');
  expect(stepRevision(versions, '60', 'older')).toBe('7');
  expect(stepRevision(versions, '60', 'newer')).toBe('90');
});

test('at both ends it stays', () => {
  expect(stepRevision(versions, null, 'newer')).toBeNull();
  expect(stepRevision(versions, '7', 'older')).toBeNull();
  expect(stepRevision(versions, '90', 'newer')).toBeNull();
  expect(stepRevision(versions, '3', 'older')).toBeNull();
  expect(stepRevision(versions, '3', 'newer')).toBe('7');
});
