// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, expect, test } from 'vitest';
import { type Plan, PRESETS } from '../../lib/config/plan.ts';
import { PlanEditor } from './plan-editor.tsx';

afterEach(cleanup);

function Editing({ initial, other }: { readonly initial: Plan; readonly other: Plan }) {
  const [plan, setPlan] = useState(initial);
  return (
    <>
      <PlanEditor plan={plan} onChange={setPlan} preview={[]} />
      <button type="button" onClick={() => setPlan(other)}>
        another plan
      </button>
      <output>{JSON.stringify(plan.phases.map(({ tags }) => tags))}</output>
    </>
  );
}

const [{ plan: careful }] = PRESETS;
const tagged = (...tags: readonly string[]): Plan => ({
  ...careful,
  phases: tags.map((tag, at) => ({ percent: 10 * at + 10, tags: [tag], include: [], observeSeconds: 1, pause: false })),
});
const tags = () => screen.getAllByLabelText<HTMLInputElement>(/^Tags of phase/).map(({ value }) => value);
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));

test('what stands in the fields of a phase moves with it when one before it goes', () => {
  render(<Editing initial={tagged('canary', 'eu', 'us')} other={careful} />);
  press('Remove phase 1');
  expect(tags()).toEqual(['eu', 'us']);
  expect(screen.getByRole('status').textContent).toBe('[["eu"],["us"]]');
});

test('another plan shows its own phases in all fields', () => {
  render(<Editing initial={tagged('canary', 'eu')} other={tagged('asia', 'africa')} />);
  press('another plan');
  expect(tags()).toEqual(['asia', 'africa']);
});

test('a bound keeps what is typed, and goes with its metric', () => {
  render(<Editing initial={tagged('canary')} other={careful} />);
  press('Metric');
  press('Metric');
  const least = (place: number) => screen.getByLabelText<HTMLInputElement>(`Least of metric ${place}`);
  fireEvent.change(least(1), { target: { value: '1.' } });
  fireEvent.change(least(2), { target: { value: '2.50' } });
  press('Remove metric 1');
  expect(least(1).value).toBe('2.50');
});
