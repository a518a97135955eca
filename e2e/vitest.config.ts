import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** Tests on real processes: one file at a time, because each starts whole clusters and machines have two cores. */
export default defineConfig({
  root: path.join(import.meta.dirname, '..'),
  test: {
    include: ['e2e/**/*.{conf,int}.test.ts'],
    environment: 'node',
    globalSetup: ['e2e/fixtures/setup.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
