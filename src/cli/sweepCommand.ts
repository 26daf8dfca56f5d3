/** The words of `ptune sweep`. */
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { PtuneError } from '../base/errors.ts';
import { sbatchWords } from '../sweep/slurm/words.ts';
import type { Placement } from '../sweep/execution.ts';
import { sweep, sweepTrial, type TrialOptions } from './commands/sweep.ts';
import { positive, wholeNumber } from './numbers.ts';
import { outputFor } from './output.ts';

/** Makes an action of a function that gives the exit status. */
type Act = <Args extends unknown[]>(
  action: (...args: Args) => Promise<number>,
) => (...args: Args) => Promise<void>;

interface SweepOptions {
  readonly prompt?: string[];
  readonly trials?: number;
  readonly seed?: number;
  readonly executor: 'local' | 'slurm';
  readonly jobs?: number;
  readonly sbatch?: string[];
  readonly wait: boolean;
  readonly resume?: boolean;
  readonly collect?: boolean;
  readonly test?: boolean;
  readonly write?: boolean;
  readonly output?: string;
  readonly json?: boolean;
}

/** Adds `sweep`, and the word with which a sweep starts the process of a trial. */
export function addSweepCommand(root: Command, act: Act): void {
  root
    .command('sweep')
    .description('train a file with many settings and compare them on the validation examples')
    .argument('<file>')
    .option('--prompt <name>', 'sweep only this prompt; may be given again', collectNames)
    .option('--trials <n>', 'how many settings to try for each prompt', positive)
    .option('--seed <n>', 'draws what is tried', wholeNumber)
    .addOption(
      new Option('--executor <name>', 'where trials are trained')
        .choices(['local', 'slurm'])
        .default('local'),
    )
    .option('--jobs <n>', 'trials at a time', positive)
    .option('--sbatch <options>', 'options for sbatch; may be given again', collectNames)
    .option('--no-wait', 'give the trials to Slurm and end')
    .option('--resume', 'go on with the newest sweep of the file')
    .option('--collect', 'print what the newest sweep has found so far; train nothing')
    .option('--test', 'score the best trial on the test split, too')
    .option('--write', 'put the best settings into the file')
    .option('--output <dir>', 'folder for the runs and the sweep')
    .addOption(new Option('--json', 'machine-readable output on standard output'))
    .action(
      act((file: string, options: SweepOptions) => {
        assertPossible(options);
        const { prompt, trials, seed, output } = options;
        return sweep(
          {
            path: resolve(file),
            ...(prompt && { prompts: prompt }),
            ...(trials !== undefined && { trials }),
            ...(seed !== undefined && { seed }),
            ...(options.resume && { resume: true }),
            ...(options.collect && { collect: true }),
            ...(options.test && { test: true }),
            ...(output !== undefined && { output: resolve(output) }),
          },
          whereOf(options),
          options.write ?? false,
          outputFor(options.json ?? false),
        );
      }),
    );
  root
    .command('sweep-trial', { hidden: true })
    .argument('<file>')
    .argument('<sweep>')
    .argument('<trial>', undefined, positive)
    .option('--output <dir>')
    .option('--threads <n>', 'of the engine', positive)
    .action(
      act((file: string, folder: string, trial: number, options: TrialOptions) =>
        sweepTrial(file, folder, trial, options),
      ),
    );
}

function whereOf({ executor, jobs, sbatch = [], wait }: SweepOptions): Placement {
  if (executor === 'local') return { kind: 'local', jobs: jobs ?? 1 };
  return { kind: 'slurm', sbatch: sbatchWords(sbatch), wait, ...(jobs !== undefined && { jobs }) };
}

/**
 * What was planned stays as it is: `--resume` and `--collect` take no other plan. What is for Slurm
 * needs Slurm, and what comes after the trials needs them to be waited for.
 */
function assertPossible(options: SweepOptions): void {
  const { executor, sbatch, wait, write, test } = options;
  if (executor === 'local' && (sbatch !== undefined || !wait)) {
    const option = wait ? '--sbatch' : '--no-wait';
    const message = `${option} is for Slurm, and the trials are to be trained on this machine.`;
    throw new PtuneError('cli/usage', message, `Add --executor slurm, or leave out ${option}.`);
  }
  if (!wait && (write || test)) {
    const option = write ? '--write' : '--test';
    const message = `${option} needs the best trial, and --no-wait does not wait for it.`;
    throw new PtuneError('cli/usage', message, `Give ${option} with --resume or --collect later.`);
  }
  const word = options.collect ? '--collect' : options.resume ? '--resume' : undefined;
  if (word === undefined) return;
  const other = (['prompt', 'trials', 'seed'] as const).find((key) => options[key] !== undefined);
  if (other === undefined) return;
  throw new PtuneError(
    'cli/usage',
    `${word} takes the sweep as it was planned, so --${other} cannot be given with it.`,
    `Leave out --${other}, or start a new sweep without ${word}: runs that fit are not trained again.`,
  );
}

const collectNames = (name: string, before: string[] | undefined): string[] => [
  ...(before ?? []),
  name,
];
