import { expect, test } from 'vitest';
import { Compactions } from './compactions.ts';
import { readingOf } from './member-reading.ts';

const reading = (revision: number | null, atSeconds: number | null = null) =>
  readingOf(
    [
      revision === null ? '' : `etcd_debugging_mvcc_compact_revision ${revision}`,
      atSeconds === null ? '' : `etcd_debugging_mvcc_db_compaction_last ${atSeconds.toExponential()}`,
    ].join('\n'),
  );
const told = (at: number, ...args: Parameters<typeof reading>) => ({ at, reading: reading(...args) });

test('a compaction that is seen to happen lies between two readings, and the narrowest pair of all members counts', () => {
  const compactions = new Compactions();
  compactions.note(null, told(0, 0));
  expect(compactions.last).toBeNull();
  compactions.note(told(1_000, 0), told(6_000, 40));
  expect(compactions.last).toEqual({ revision: '40', between: [1_000, 6_000] });
  compactions.note(told(4_000, 0), told(6_100, 40));
  expect(compactions.last).toEqual({ revision: '40', between: [4_000, 6_100] });
  compactions.note(told(6_100, 40), told(11_000, 40));
  expect(compactions.last).toEqual({ revision: '40', between: [4_000, 6_100] });
});

test('one from before anybody looked has no moment, and a member that is behind says nothing new', () => {
  const compactions = new Compactions();
  compactions.note(null, told(1_000, 40));
  expect(compactions.last).toEqual({ revision: '40', between: null });
  compactions.note(told(1_000, 10), told(6_000, 30));
  expect(compactions.last).toEqual({ revision: '40', between: null });
  compactions.note(null, told(7_000, null));
  expect(compactions.last).toEqual({ revision: '40', between: null });
});

test('a member that tells the moment is believed, unless it still tells that of the compaction before', () => {
  const compactions = new Compactions();
  compactions.note(null, told(1_000_000, 40, 900));
  expect(compactions.last).toEqual({ revision: '40', between: [900_000, 900_000] });
  compactions.note(told(1_000_000, 40, 900), told(1_005_000, 50, 900));
  expect(compactions.last).toEqual({ revision: '50', between: [1_000_000, 1_005_000] });
  compactions.note(told(1_005_000, 50, 900), told(1_010_000, 50, 1_003));
  expect(compactions.last).toEqual({ revision: '50', between: [1_003_000, 1_003_000] });
});

test('how members are set is read as they tell it', () => {
  const setting = (line: string) => readingOf(line).autoCompaction;
  expect(setting('quorate_auto_compaction_retention{mode="off"} 0')).toEqual({ mode: 'off' });
  expect(setting('quorate_auto_compaction_retention{mode="periodic"} 3600')).toEqual({
    mode: 'periodic',
    seconds: 3_600,
  });
  expect(setting('quorate_auto_compaction_retention{mode="revision"} 7')).toEqual({ mode: 'revision', revisions: 7 });
  expect(setting('etcd_server_has_leader 1')).toBeNull();
});
