/** `npm start`: from a fresh checkout to a trained prompt. */
import { join } from 'node:path';
import { root, run } from './steps.mjs';
import { setup } from './setup.mjs';

await setup();
const { status } = await run(process.execPath, [
  join(root, 'dist/cli.cjs'),
  'train',
  'examples/capitals.ptune',
]);
process.exitCode = status;
