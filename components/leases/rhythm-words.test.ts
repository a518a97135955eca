import { expect, test } from 'vitest';
import type { LeaseReading, LeaseRhythm } from '../../lib/api/lease-types.ts';
import { rhythmSentence, rhythmText } from './rhythm-words.ts';

const reading = (rhythm: Partial<LeaseRhythm>): LeaseReading => ({
  grantedTtlSeconds: '30',
  remainingTtlSeconds: '28',
  at: 100_000,
  rhythm: { observedFrom: 40_000, renewals: [98_000], everyMs: null, pace: 'unknown', ...rhythm },
});

test('a rhythm is told only where it was seen', () => {
  expect(rhythmSentence(reading({ pace: 'kept', everyMs: 10_000 }), 100_000)).toBe(
    'Renewed about every 10 s, last 2 s ago.',
  );
  expect(rhythmSentence(reading({ pace: 'kept' }), 100_000)).toBe('Renewed 2 s ago; how often is not known.');
  expect(rhythmSentence(reading({ observedFrom: 97_000 }), 100_000)).toBe(
    'Granted or renewed 2 s ago; watched for 3 s, too short to say who keeps it alive.',
  );
});

test('a lease that nobody renews is told as such', () => {
  const late = reading({ pace: 'overdue', renewals: [80_000] });
  expect(rhythmSentence(late, 100_000)).toContain('Not renewed for 20 s of its 30 s');
  expect([rhythmText(late, 100_000), rhythmText(reading({}), 0)]).toEqual(['none for 20 s', 'not known yet']);
});
