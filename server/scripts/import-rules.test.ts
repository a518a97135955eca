import { expect, test } from 'vitest';
import { checkImports, importsOf } from './import-rules.ts';

const file = (path: string, text = '') => ({ path, text });
const messages = (...files: readonly { path: string; text: string }[]) =>
  checkImports(files).map((finding) => `${finding.path}:${finding.line} ${finding.message}`);

test('an import upwards is refused with the line and the reason', () => {
  const found = messages(
    file('server/store/raft/core.ts', "\nimport { x } from '../member/driver.ts';"),
    file('server/store/member/driver.ts'),
  );
  expect(found).toEqual([
    expect.stringMatching(/^server\/store\/raft\/core\.ts:2 .*may not import server\/store\/member .*one seed/),
  ]);
});

test('the store and the console never import each other', () => {
  expect(
    messages(file('server/console/hub.ts', "import '../store/rpc/front.ts'"), file('server/store/rpc/front.ts')),
  ).toHaveLength(1);
  expect(
    messages(file('server/store/rpc/front.ts', "import '../../console/hub.ts'"), file('server/console/hub.ts')),
  ).toHaveLength(1);
});

test('an import downwards passes', () => {
  expect(
    messages(file('server/store/member/driver.ts', "import '../raft/core.ts'"), file('server/store/raft/core.ts')),
  ).toEqual([]);
  expect(
    messages(file('app/page.tsx', "import '../components/keys/tree.tsx'"), file('components/keys/tree.tsx')),
  ).toEqual([]);
});

test('the pure core imports neither Node nor packages', () => {
  expect(messages(file('server/store/raft/core.ts', "import fs from 'node:fs'"))).toHaveLength(1);
  expect(messages(file('server/store/raft/core.ts', "import { z } from 'zod'"))).toHaveLength(1);
  expect(messages(file('server/store/raft/core.test.ts', "import { test } from 'vitest'"))).toEqual([]);
});

test('a file outside every area is named', () => {
  expect(messages(file('tools/x.ts'))).toEqual([expect.stringContaining('belongs to no area')]);
});

test('every form of import is seen and comments are not', () => {
  const found = importsOf(`import type { A } from './a.ts';
export {
  b,
} from "./b.ts";
import './c.css';
const d = await import('./d.ts');
new SharedWorker(new URL('./e.ts', import.meta.url));
// import './no.ts'
const prose = "tell it from" + " | " + 'where it is from ' + 'import';
`);
  expect(found.map((entry) => entry.specifier)).toEqual(['./a.ts', './b.ts', './c.css', './d.ts', './e.ts']);
});
