import { expect, test } from 'vitest';

const { nodeTooOld } = (await import(new URL('./node-version.mjs', import.meta.url).href)) as {
  nodeTooOld: (version: string) => string | undefined;
};

test('a Node that cannot run our files is told what is needed', () => {
  for (const version of ['18.20.1', '20.20.2', '22.17.9']) expect(nodeTooOld(version)).toContain('22.18 or newer');
});

test('22.18 and everything newer passes', () => {
  for (const version of ['22.18.0', '22.20.1', '24.0.0', '26.1.0']) expect(nodeTooOld(version)).toBeUndefined();
});
