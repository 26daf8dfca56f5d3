import { defineConfig } from 'vitest/config';

/** Makes the pictures of docs/tutorial.md; `npm run pictures` installs what it needs and runs it. */
export default defineConfig({
  test: {
    include: ['test/e2e/pictures.ts'],
    testTimeout: 1_200_000,
    hookTimeout: 300_000,
    pool: 'forks',
  },
});
