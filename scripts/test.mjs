/**
 * `npm test`: installs and builds what is missing, then the checks, the unit tests and the tests in
 * a real VS Code. The last line counts all of them.
 *
 *   node scripts/test.mjs [check] [unit] [editor]
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, installCodeServer } from './editor.mjs';
import { installSlurm } from './slurm.mjs';
import { fail, root, run, say } from './steps.mjs';
import { npm, setup } from './setup.mjs';

const output = join(root, 'test/.output');

/** The checks of the sources, by script name. */
const checks = ['types', 'lint', 'format:check', 'unused'];

/** Runs every check, whatever the others say, and shows what the failed ones printed. */
async function runChecks() {
  const results = await Promise.all(
    checks.map(async (name) => ({
      name,
      ...(await npm(['run', '--silent', name], { output: 'collect' })),
    })),
  );
  const failed = results.filter(({ status }) => status !== 0);
  for (const { name, printed } of failed) say(`FAILED  npm run ${name}\n${printed}`);
  return { passed: results.length - failed.length, failed: failed.length };
}

/**
 * Runs vitest with a configuration and counts its tests. A test that did not run counts as failed,
 * so does a file that could not be loaded.
 */
async function runVitest(config, env = {}) {
  const results = join(output, `${config}.json`);
  rmSync(results, { force: true });
  const { status } = await run(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      ...['--config', config],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${results}`],
    ],
    { env: { ...process.env, ...env } },
  );
  if (!existsSync(results)) return { passed: 0, failed: 1 };
  const report = JSON.parse(readFileSync(results, 'utf8'));
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((t) => t.status === 'passed'),
  );
  const failed = report.numTotalTests - report.numPassedTests + broken.length;
  return { passed: report.numPassedTests, failed: status === 0 ? failed : Math.max(failed, 1) };
}

/** The tests of every part; those of the report page draw it in a browser, those of sweeps have a Slurm. */
async function runUnitTests() {
  const { value } = await browser;
  // Where it could not be installed, its tests fail and say why.
  await slurm;
  return runVitest('vitest.config.ts', value === undefined ? {} : { PTUNE_CHROMIUM: value });
}

/** Packs the extension, installs it in a real VS Code and runs the tests there. */
async function runEditorTests() {
  const { pack } = await import('./package.mjs');
  for (const { error } of [await browser, await codeServer]) {
    if (error !== undefined) throw error;
  }
  return runVitest('vitest.e2e.config.ts', {
    PTUNE_CHROMIUM: (await browser).value,
    PTUNE_VSIX: await pack(),
  });
}

/** Starts something whose failure matters only to the tests that need it. */
function start(work) {
  return work().then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
}

const phases = { check: runChecks, unit: runUnitTests, editor: runEditorTests };

const named = process.argv.slice(2);
const unknown = named.find((name) => !(name in phases));
if (unknown !== undefined) {
  fail(`There are no tests called "${unknown}"; there are ${Object.keys(phases).join(', ')}.`);
}
const wanted = Object.keys(phases).filter((name) => named.length === 0 || named.includes(name));

await setup();
if (wanted.includes('editor')) rmSync(output, { recursive: true, force: true });
// Both go on while the checks run.
const browser = wanted.some((name) => name !== 'check') ? start(chromium) : undefined;
const codeServer = wanted.includes('editor') ? start(installCodeServer) : undefined;
// One after the other: both may need the same package manager.
const slurm = wanted.includes('unit') ? browser?.then(() => start(installSlurm)) : undefined;
const total = { passed: 0, failed: 0 };
const durations = [];
for (const name of wanted) {
  const started = performance.now();
  let counts;
  try {
    counts = await phases[name]();
  } catch (error) {
    say(`FAILED  ${name}: ${error.message}`);
    counts = { passed: 0, failed: 1 };
  }
  total.passed += counts.passed;
  total.failed += counts.failed;
  durations.push(`${name} ${((performance.now() - started) / 1000).toFixed(0)} s`);
}
say(durations.join(' · '));
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
