import { defineConfig } from 'vitest/config';

/** Makes the pictures of docs/tutorial.md and docs/editor.md; `npm run pictures` installs what it needs and runs it. */
export default defineConfig({
  test: {
    include: ['test/e2e/pictures.ts', 'test/e2e/editorPictures.ts'],
    testTimeout: 1_200_000,
    hookTimeout: 300_000,
    pool: 'forks',
    // One editor at a time.
    fileParallelism: false,
  },
});
