/**
 * Installs what the tests in a real VS Code need: code-server with the Node that it wants, into
 * test/e2e/tools, and a Chromium to show it in. Both once.
 */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installPackages, isUpToDate, root, say, writeStamp } from './steps.mjs';
import { npm } from './setup.mjs';

const tools = join(root, 'test/e2e/tools');
const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Installs code-server where it is missing. Throws an Error that says what to do. */
export async function installCodeServer() {
  const stamp = join(tools, 'node_modules/.installed.json');
  if (isUpToDate(stamp)) return;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `The tests in a real VS Code run on Linux on x64; this is ${process.platform} on ${process.arch}. ` +
        'Run the others with "npm test -- check unit".',
    );
  }
  say('Installing code-server for the tests …');
  const server = join(tools, 'node_modules/code-server/lib/vscode');
  // Its install scripts compile parts that the tests do not use, and want a compiler.
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund'];
  for (const [folder, args] of [
    [tools, ['ci', ...quiet]],
    [server, ['install', '--omit=dev', ...quiet]],
    [join(server, 'extensions'), ['install', '--omit=dev', ...quiet]],
  ]) {
    const { status } = await npm(args, { cwd: folder });
    if (status !== 0) {
      throw new Error(
        `code-server could not be installed: "npm ${args.join(' ')}" in ${folder} ended with status ` +
          `${status}. Its own messages above say why; "npm test" tries again.`,
      );
    }
  }
  writeStamp(stamp, ['test/e2e/tools/package.json', 'test/e2e/tools/package-lock.json']);
}

function findChromium() {
  const named = process.env.PTUNE_CHROMIUM;
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named;
    throw new Error(`PTUNE_CHROMIUM names ${named}, which does not exist. Correct or unset it.`);
  }
  return (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

/**
 * The path of a Chromium; Debian's is installed where there is none and that is allowed. Throws an
 * Error that names the command that mends it.
 */
export async function chromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  await installPackages('Chromium', ['chromium']);
  const installed = findChromium();
  if (installed !== undefined) return installed;
  throw new Error(
    'No Chromium was found to show VS Code in, so its tests could not run. Install one with ' +
      '"sudo apt-get install -y chromium", or set PTUNE_CHROMIUM to the path of yours.',
  );
}
