import { expect, test } from 'vitest';
import { checkRouteMatrix } from './route-matrix.ts';

const matrix = { path: 'app/api/test-support/matrix-cases.ts', text: "  'GET S/key': { expect: READ },\n" };
const route = (path: string, text: string) => ({ path: `app/api/${path}/route.ts`, text });

test('a route handler that is not in the matrix is named, method by method', () => {
  const key = route('v1/stores/[store]/key', 'export const GET = 1;\nexport const PUT = 1;\nexport const OPTIONS = 1;');
  expect(checkRouteMatrix([matrix, key])).toEqual([
    { path: key.path, message: expect.stringContaining('"PUT S/key" is not in') },
  ]);
  const job = route('v1/stores/[store]/jobs/[job]', 'export async function GET() {}');
  expect(checkRouteMatrix([matrix, job])[0]?.message).toContain('"GET S/jobs/{job}"');
  expect(checkRouteMatrix([matrix, { path: 'app/keys/page.tsx', text: 'export const GET = 1;' }])).toEqual([]);
});
