// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { RolloutDetail, RolloutInstance } from '../../lib/api/config-types.ts';
import { emptyAssignment } from '../../lib/config/documents.ts';
import { reportWith, rolloutWith, TARGET, verdictOf } from '../../lib/config/rollout-fixtures.testing.ts';
import { AddressForTests } from '../shell/url-state.testing.tsx';
import { EventLog } from './event-log.tsx';
import { FleetMap } from './fleet-map.tsx';
import { PhaseLine } from './phase-line.tsx';
import { Standstill, troubleOf } from './standstill.tsx';
import { VerdictPanel } from './verdict-panel.tsx';

afterEach(cleanup);

const instance = (instanceId: string, is: RolloutInstance['class'], why: string): RolloutInstance => ({
  key: `${TARGET}/${instanceId}`,
  report: reportWith({ instanceId }),
  cohort: is === null ? 'stable' : 'candidate',
  cohortReason: is === null ? 'not yet' : 'bucket',
  bucket: 907,
  runs: null,
  seenAt: 0,
  class: is,
  why,
  isAlive: true,
});

function detailWith(changes: Partial<RolloutDetail> = {}): RolloutDetail {
  return {
    revision: '9',
    rollout: rolloutWith({
      state: 'PROGRESSING',
      phaseIndex: 1,
      assignedAt: 1,
      deadlineAt: 2,
      verdict: verdictOf('WAIT'),
      reason: 'phase 2 of 5, 20 %',
    }),
    assignment: emptyAssignment(TARGET),
    candidate: null,
    stable: null,
    changes: [],
    instances: [
      instance('instance-4', 'rejected', 'rejected it at /db/port: must be <= 65535'),
      instance('instance-5', 'healthy', 'applied it and is healthy'),
      instance('instance-0', null, 'uses stable'),
    ],
    gone: [{ key: `${TARGET}/instance-9`, class: 'lost', why: 'vanished 3 s after it applied' }],
    preview: [],
    log: [{ at: 0, by: 'controller', what: 'gate WAIT: 1 of 5', evidence: { counts: 1 } }],
    supervision: { leader: null, since: null },
    problem: null,
    now: 5,
    ...changes,
  };
}

const show = (element: React.ReactElement): void => void render(<AddressForTests>{element}</AddressForTests>);

test('the fleet is told by cohort, in words beside every shape, and a tile says how its instance is', () => {
  show(<FleetMap detail={detailWith()} />);
  expect(screen.getByRole('region', { name: 'On the candidate' }).textContent).toContain('1 rejected, 1 applied');
  expect(screen.getByRole('region', { name: 'On stable' }).textContent).toContain('instance-0');
  expect(screen.getByRole('region', { name: 'Gone' }).textContent).toContain('vanished 3 s after it applied');
  fireEvent.click(screen.getByRole('button', { name: /^instance-4/ }));
  expect(screen.getByText(/must be <= 65535\./).textContent).toContain('Bucket 907');
});

test('after it has ended, everybody stands where they say they are', () => {
  const back = { ...instance('instance-4', null, 'runs stable'), runs: 'r_old' };
  const left = { ...instance('instance-5', null, 'still runs the candidate'), runs: 'r_new' };
  show(
    <FleetMap
      detail={detailWith({ rollout: rolloutWith({ state: 'ROLLING_BACK' }), instances: [back, left], gone: [] })}
    />,
  );
  expect(screen.getByRole('region', { name: 'On the candidate' }).textContent).toContain('instance-5not back yet');
  expect(screen.getByRole('region', { name: 'On stable' }).textContent).toContain('instance-4on stable');
});

test('a rollout that stands still says why: the store, nobody who looks, or a pause that was forgotten', () => {
  const minute = 60_000;
  const words = (changes: Partial<RolloutDetail>, now = minute, staleSince: number | null = null) =>
    troubleOf(detailWith({ supervision: { leader: 'a:1', since: 0 }, ...changes }), now, staleSince)?.title;
  const looking = rolloutWith({ state: 'PROGRESSING', lastEvalAt: minute - 5_000 });
  expect(words({ rollout: looking })).toBe(undefined);
  expect(words({ rollout: looking, problem: 'no leader' })).toBe('Store unavailable');
  expect(words({ rollout: looking }, minute, 1)).toBe('Store unavailable');
  expect(words({ rollout: looking, supervision: { leader: null, since: null } })).toBe('Unsupervised for 5 s');
  expect(words({ rollout: looking }, 4 * minute), 'a leader that hangs').toBe('Unsupervised for 3 min 5 s');
  const back = rolloutWith({ state: 'ROLLING_BACK', lastEvalAt: 0 });
  expect(troubleOf(detailWith({ rollout: back }), minute, null)?.words).toContain('go back by themselves');
  const day = 24 * 60 * minute;
  const paused = (now: number) => rolloutWith({ state: 'PAUSED', pausedAt: 0, lastEvalAt: now });
  expect(words({ rollout: paused(day - 1) }, day - 1)).toBe(undefined);
  expect(words({ rollout: paused(day + 2 * 60 * minute) }, day + 2 * 60 * minute)).toBe('Paused for 1 d 2 h');
  expect(words({ rollout: rolloutWith({ state: 'COMPLETED' }), problem: 'no leader' })).toBe(undefined);
});

test('a thousand instances are squares that keep their names', () => {
  const many = Array.from({ length: 1_000 }, (_, i) => instance(`web-${i}`, i < 100 ? 'healthy' : null, 'fine'));
  show(<FleetMap detail={detailWith({ instances: many, gone: [] })} />);
  expect(screen.getAllByRole('button').length).toBe(1_000);
  expect(screen.getByRole('button', { name: 'web-999: on stable, fine' })).toBeDefined();
});

test('nobody supervising is said, not hidden', async () => {
  const rollout = rolloutWith({ state: 'PROGRESSING', lastEvalAt: 0, verdict: verdictOf('WAIT') });
  show(
    <>
      <Standstill detail={detailWith({ rollout })} />
      <VerdictPanel detail={detailWith({ rollout })} />
    </>,
  );
  expect((await screen.findByRole('status')).textContent).toMatch(/^Unsupervised.*No console supervises it/);
  expect(screen.getByText('Waiting')).toBeDefined();
});

test('the time to safe is shown with who did not confirm', () => {
  const rollout = rolloutWith({ state: 'ROLLED_BACK', rollbackAt: 1_000, endedAt: 1_240, unconfirmed: ['instance-3'] });
  show(<VerdictPanel detail={detailWith({ rollout })} />);
  expect(screen.getByText('240 ms')).toBeDefined();
  expect(screen.getByText(/without a word from instance-3/)).toBeDefined();
});

test('the plan says which phase it is in, and after a turn back which were never reached', () => {
  show(<PhaseLine detail={detailWith()} />);
  expect(screen.getByText('20 %').closest('li')?.getAttribute('aria-current')).toBe('step');
  expect(screen.getByText('10 %').textContent).toContain('passed');
  cleanup();
  show(
    <PhaseLine detail={detailWith({ rollout: rolloutWith({ state: 'ROLLED_BACK', phaseIndex: 1, assignedAt: 1 }) })} />,
  );
  expect(screen.getByText('20 %').textContent).toContain('ended here');
  expect(screen.getByText('40 %').textContent).toContain('not reached');
});

test('each event brings its evidence', () => {
  show(<EventLog detail={detailWith()} />);
  expect(screen.getByRole('list', { name: 'Events' }).textContent).toContain('gate WAIT: 1 of 5');
  expect(screen.getByText('Evidence')).toBeDefined();
});
