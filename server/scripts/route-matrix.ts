/** Every route handler stands in the matrix of who may do what (app/api/matrix.test.ts): a route that nobody thought of fails here. */
import type { Finding, SourceFile } from './source-files.ts';

const MATRIX = 'app/api/test-support/matrix-cases.ts';
const ROUTE = /^app\/(api\/.*)\/route\.ts$/;
/** CORS preflights change and tell nothing. */
const METHODS = /\bexport (?:const|async function|function) (GET|POST|PUT|PATCH|DELETE)\b/g;

export function checkRouteMatrix(files: readonly SourceFile[]): Finding[] {
  const matrix = files.find(({ path }) => path === MATRIX)?.text ?? '';
  const cases = new Set(
    [...matrix.matchAll(/^ {2}'((?:GET|POST|PUT|PATCH|DELETE) [^']+)': \{/gm)].map(([, name]) => name),
  );
  return files.flatMap(({ path, text }) => {
    const route = ROUTE.exec(path)?.[1];
    if (route === undefined) return [];
    const template = `/${route}`.replace(/\[(\w+)\]/g, '{$1}').replace('/api/v1/stores/{store}', 'S');
    return [...text.matchAll(METHODS)]
      .map(([, method]) => `${method} ${template}`)
      .filter((name) => !cases.has(name))
      .map((name) => ({ path, message: `"${name}" is not in ${MATRIX}: say there who may do it` }));
  });
}
