import { defineConfig } from 'vitest/config';

/** The tests in a real VS Code; `npm test -- editor` installs what they need and runs them. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    exclude: ['test/e2e/tools/**'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    // One editor at a time: two would slow each other down past their time limits.
    fileParallelism: false,
  },
});
