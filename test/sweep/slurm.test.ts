import { execFileSync } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isActive, parseQueue } from '../../src/sweep/slurm/queue.ts';
import { arrayText, jobScript, shellQuoted } from '../../src/sweep/slurm/script.ts';
import { sbatchWords } from '../../src/sweep/slurm/words.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const printable = fc
  .string({ unit: 'binary', maxLength: 20 })
  .filter((text) => !text.includes('\0') && Buffer.from(text).toString() === text);

describe('the job script', () => {
  test('gives every word to the process as it is, whatever is in it', async () => {
    const folder = await temporaryFolder();
    const script = join(folder, 'trial.sh');
    const show = 'process.stdout.write(JSON.stringify(process.argv.slice(2)))';
    const program = join(folder, `it's a "$HOME" \`show\`.cjs`);
    await writeFile(program, show);
    const words = ["it's", '$HOME', '`id`', '"two" words', 'a\nb', '', '*', '\\', '-x'];
    const command = {
      node: process.execPath,
      script: program,
      before: words,
      after: ['--output', '~'],
    };
    await writeFile(script, jobScript(command));
    await chmod(script, 0o755);
    const env = { ...process.env, SLURM_ARRAY_TASK_ID: '7' };
    const printed = execFileSync(script, { env }).toString();
    expect(JSON.parse(printed)).toEqual([...words, '7', '--output', '~']);
  });

  test('quotes any text so that a shell reads it as one word', () => {
    fc.assert(
      fc.property(fc.array(printable, { minLength: 1, maxLength: 20 }), (words) => {
        const command = `printf '%s\\0' ${words.map(shellQuoted).join(' ')}`;
        const read = execFileSync('/bin/sh', ['-c', command]).toString();
        expect(read.split('\0').slice(0, -1)).toEqual(words);
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  test.each<[number[], number | undefined, string]>([
    [[1, 2, 3], undefined, '1-3'],
    [[7, 1, 2, 9, 3], 2, '1-3,7,9%2'],
    [[5], 1, '5%1'],
  ])('has the trials %j as an array', (numbers, atOnce, text) => {
    expect(arrayText(numbers, atOnce)).toBe(text);
  });
});

describe('what is passed on to sbatch', () => {
  test.each<[string, string[]]>([
    ['--partition=gpu --time 1:00:00', ['--partition=gpu', '--time', '1:00:00']],
    ['-p gpu -c4', ['-p', 'gpu', '-c4']],
    ['--comment "two words" --mail-user=\'a b\'', ['--comment', 'two words', '--mail-user=a b']],
    ['--comment=a\\ b"\\"c"', ['--comment=a b"c']],
    ['--comment "$HOME `id`; rm"', ['--comment', '$HOME `id`; rm']],
    ['', []],
  ])('%j is read as a shell reads words', (text, words) => {
    expect(sbatchWords([text])).toEqual(words);
  });

  test.each([
    ['job.sh', '"job.sh" belongs to no option'],
    ['--partition=gpu job.sh', '"job.sh" belongs to no option'],
    ['--array=1-9', 'the sweep sets "--array" itself'],
    ['-a 1-9', 'the sweep sets "-a" itself'],
    ['-o/etc/passwd', 'the sweep sets "-o" itself'],
    ['--wrap "echo"', 'the sweep sets "--wrap" itself'],
    ['--comment "open', 'a quote " is not closed'],
  ])('%j is refused', (text, why) => {
    expect(() => sbatchWords([text])).toThrow(why);
  });
});

test('the queue is read line by line, and an end is told from a state on the way', () => {
  const text = 'CLUSTER: main\n12_1 RUNNING\n 12_3 NODE_FAIL \n12_N/A PENDING\n12_[4-9] PENDING\n';
  expect(parseQueue(text)).toEqual([
    ['12_1', 'RUNNING'],
    ['12_3', 'NODE_FAIL'],
  ]);
  expect(['PENDING', 'RUNNING', 'COMPLETING', 'REQUEUED'].map(isActive)).toEqual(
    Array(4).fill(true),
  );
  expect(['CANCELLED', 'TIMEOUT', 'NODE_FAIL', 'OUT_OF_MEMORY', undefined].map(isActive)).toEqual(
    Array(5).fill(false),
  );
});
