/**
 * `npm test`: installs and builds what is missing, then the checks, the unit tests and the tests in
 * a real VS Code. The last line counts all of them.
 *
 *   node scripts/test.mjs [check] [unit] [editor]
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fail, root, run, say } from './steps.mjs';
import { setup } from './setup.mjs';

const output = join(root, 'test/.output');

/** What `npm run check` runs, by script name. */
const checks = ['types', 'lint', 'format:check', 'unused'];

/** Runs every check, whatever the others say. */
async function runChecks() {
  const { npm } = await import('./setup.mjs');
  const failed = [];
  for (const name of checks) {
    if ((await npm(['run', '--silent', name])) !== 0) failed.push(name);
  }
  for (const name of failed) say(`FAILED  npm run ${name}`);
  return { passed: checks.length - failed.length, failed: failed.length };
}

/**
 * Runs vitest with a configuration and counts its tests. A test that did not run counts as failed,
 * so does a file that could not be loaded.
 */
async function runVitest(config, env = {}) {
  const results = join(output, `${config}.json`);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const status = await run(
    process.execPath,
    [
      vitest,
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

/** Packs the extension, installs it in a real VS Code and runs the tests there. */
async function runEditorTests() {
  const { prepareEditor } = await import('./editor.mjs');
  const { pack } = await import('./package.mjs');
  return runVitest('vitest.e2e.config.ts', {
    PTUNE_CHROMIUM: await prepareEditor(),
    PTUNE_VSIX: await pack(),
  });
}

const phases = {
  check: runChecks,
  unit: () => runVitest('vitest.config.ts'),
  editor: runEditorTests,
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in phases));
if (unknown !== undefined) {
  fail(`There are no tests called "${unknown}"; there are ${Object.keys(phases).join(', ')}.`);
}

await setup();
rmSync(output, { recursive: true, force: true });
const total = { passed: 0, failed: 0 };
const durations = [];
for (const [name, phase] of Object.entries(phases)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const started = performance.now();
  let counts;
  try {
    counts = await phase();
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
