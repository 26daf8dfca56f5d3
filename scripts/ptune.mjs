/** `npm run --silent ptune -- …`: the command line of this checkout, built first where it changed. */
import { join } from 'node:path';
import { root, run } from './steps.mjs';
import { setup } from './setup.mjs';

await setup();
// npm runs scripts in the project's folder; the paths in the arguments are meant from here:
const cwd = process.env.INIT_CWD ?? process.cwd();
const { status } = await run(
  process.execPath,
  [join(root, 'dist/cli.cjs'), ...process.argv.slice(2)],
  {
    cwd,
  },
);
process.exitCode = status;
