import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**'],
    testTimeout: 60_000,
    pool: 'forks',
    // One for each core; by itself vitest leaves one to the files that it watches.
    maxWorkers: '100%',
  },
});
