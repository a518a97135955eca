import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{lib,server,components,app}/**/*.test.{ts,tsx}', 'e2e/**/!(*.int|*.conf).test.ts'],
    environment: 'node',
    setupFiles: ['components/ui/jsdom.testing.ts'],
    // One process per core at most: the machines here have two, and the store's tests fork members of their own.
    maxWorkers: 2,
    testTimeout: 20_000,
  },
});
