/** `ptune sweep`: many settings as independent trials. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { PtuneError } from '../../base/errors.ts';
import { duration, percent } from '../../base/format.ts';
import { atomicWrite } from '../../files/atomicWrite.ts';
import { withTrainValues } from '../../language/features/trainEdits.ts';
import type { SweepEvent } from '../../sweep/events.ts';
import type { Placement } from '../../sweep/execution.ts';
import { stopWithParent, tellParent } from '../../sweep/localExecutor.ts';
import { runTrial } from '../../sweep/runTrial.ts';
import { settingsText } from '../../sweep/settingsText.ts';
import { sweepFile, type SweepRequest, type SweepSummary } from '../../sweep/sweepFile.ts';
import { leftOutLines, sweepTable } from '../../sweep/table.ts';
import { trainingContext } from '../environment.ts';
import { note, print, printJson, report, type Output } from '../output.ts';
import { Progress } from '../progress.ts';

/** Sweeps, prints the trials and the best settings, and with `write` puts them into the file. */
export async function sweep(
  request: SweepRequest,
  where: Placement,
  write: boolean,
  output: Output,
): Promise<number> {
  const progress = new Progress(output);
  const context = trainingContext((event) => progress.show(event));
  const { path, output: folder } = request;
  const command = (sweepFolder: string) => ({
    node: process.execPath,
    script: __filename,
    before: ['sweep-trial', path, sweepFolder],
    after: folder === undefined ? [] : ['--output', folder],
  });
  const summary = await sweepFile(request, { ...where, command }, context, (event) => {
    if (!output.json) show(event, progress, output);
    else if (event.type !== 'progress') printJson(event);
  });
  progress.end();
  if (where.kind === 'slurm' && !where.wait && !request.collect) {
    if (output.json) printJson(summary);
    else printSubmitted(summary);
    return 0;
  }
  const written = write ? await writeBest(path, summary) : [];
  if (output.json) printJson(summary);
  else {
    printSummary(summary);
    for (const line of written) print(line);
  }
  return statusOf(summary, where);
}

function show(event: SweepEvent, progress: Progress, { live }: Output): void {
  switch (event.type) {
    case 'sweepStarted': {
      const { sweep: id, file, trials, done } = event;
      const before = done === 0 ? '' : `, ${done} of them done`;
      note(`${file} · sweep ${id} · ${trials} trials${before}`);
      return;
    }
    case 'submitted':
      note(`Slurm job ${event.job} has ${event.trials.length} trials`);
      return;
    case 'trialEnded': {
      progress.end();
      const { trial, settings, status, reason, accuracy, seconds, reused } = event;
      const { done, total, secondsLeft } = event;
      const score =
        accuracy === undefined
          ? `${status}${reason === undefined ? '' : `: ${reason}`}`
          : `validation ${percent(accuracy)}  ${reused ? 'trained before' : duration(seconds ?? 0)}`;
      const left = secondsLeft === undefined ? '' : `, ${duration(secondsLeft)} left`;
      note(`trial ${trial}  ${settingsText(settings)}  ${score}  (${done}/${total}${left})`);
      return;
    }
    case 'progress':
      // In a log the trials that end say enough.
      if (live) progress.show(event);
      return;
    default:
      progress.show(event);
  }
}

function printSummary(summary: SweepSummary): void {
  print(sweepTable(summary));
  for (const line of leftOutLines(summary)) print(line);
  for (const sentence of summary.sentences) print(sentence);
  for (const { lines, asInFile } of summary.best) {
    if (asInFile) continue;
    print('');
    for (const line of lines) print(line);
  }
}

function printSubmitted({ file, folder, trials }: SweepSummary): void {
  const open = trials.filter(({ status }) => status !== 'completed').length;
  print(
    `${open} of ${trials.length} trials are in the queue of Slurm, with their files in ${folder}.`,
  );
  print(`"ptune sweep ${file} --resume --executor slurm" follows them and prints the result;`);
  print(`"ptune sweep ${file} --collect" prints what there is so far.`);
}

/** 2 where nothing was found, 3 where trials did not come to their end, else 0. */
function statusOf({ trials, file }: SweepSummary, { kind }: Placement): number {
  const open = trials.filter((one) => one.status !== 'completed' && !('final' in one));
  const failed = trials.filter(({ status }) => status === 'failed');
  if (trials.every(({ status }) => status !== 'completed') && failed.length === trials.length) {
    const [first] = failed;
    return report(
      new PtuneError(
        'sweep/no-result',
        `No trial could be trained. Trial ${first!.trial}: ${'reason' in first! ? first.reason : ''}`,
        'Mend what the reasons name, then sweep again.',
      ),
    );
  }
  if (open.length === 0) return 0;
  const command = `ptune sweep ${file} --resume${kind === 'slurm' ? ' --executor slurm' : ''}`;
  note(
    `${open.length === 1 ? '1 trial has' : `${open.length} trials have`} no score yet; "${command}" goes on with ${open.length === 1 ? 'it' : 'them'}.`,
  );
  return 3;
}

/** Puts the best settings of each prompt into the file; gives a line for each. */
async function writeBest(path: string, { best }: SweepSummary): Promise<string[]> {
  const lines: string[] = [];
  for (const { prompt, settings, asInFile, trial } of best) {
    if (asInFile) {
      lines.push(`${basename(path)} has the settings of trial ${trial} already.`);
      continue;
    }
    const text = withTrainValues(await readFile(path, 'utf8'), prompt, settings);
    if (text === undefined) {
      throw new PtuneError(
        'file/unwritable',
        `The settings of trial ${trial} cannot be written into ${basename(path)}: it has changed, or is written in a form that is not safe to edit.`,
        `Paste them yourself: ${settingsText(settings)}.`,
      );
    }
    await atomicWrite(path, text);
    lines.push(`Wrote ${settingsText(settings)} into ${basename(path)}.`);
  }
  return lines;
}

/** What one process of a sweep is started with. */
export interface TrialOptions {
  readonly output?: string;
  readonly threads?: number;
}

/** One trial of a sweep, in a process of its own; people do not call it. */
export async function sweepTrial(
  path: string,
  folder: string,
  trial: number,
  { output, threads }: TrialOptions,
): Promise<number> {
  const context = trainingContext((event) => tellParent(event));
  stopWithParent(() => process.emit('SIGINT'));
  const task = slurmTask();
  const cpus = threads ?? slurmCpus();
  const status = await runTrial(
    { path, folder, trial, ...(output !== undefined && { output }), ...(task && { task }) },
    { ...context, ...(cpus !== undefined && { threads: cpus }) },
  );
  // The channel to the parent would keep the process alive.
  if (process.connected) process.disconnect();
  return status === 'completed' ? 0 : status === 'interrupted' ? 130 : 2;
}

/** "12_3", where Slurm started this process as a task of an array. */
function slurmTask(): string | undefined {
  const { SLURM_ARRAY_JOB_ID: job, SLURM_ARRAY_TASK_ID: task } = process.env;
  return job === undefined || task === undefined ? undefined : `${job}_${task}`;
}

/** How many processors Slurm gave to this task. */
function slurmCpus(): number | undefined {
  if (slurmTask() === undefined) return undefined;
  const given = Number(process.env['SLURM_CPUS_PER_TASK'] ?? process.env['SLURM_CPUS_ON_NODE']);
  return Number.isInteger(given) && given > 0 ? given : undefined;
}
