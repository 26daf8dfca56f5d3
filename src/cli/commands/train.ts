/** `ptune train` and `ptune score`. */
import { basename, relative } from 'node:path';
import { PtuneError, toPtuneError } from '../../base/errors.ts';
import type { TrainingEvent } from '../../protocol/events.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { ScoreRequest, TrainRequest } from '../../protocol/trainerProtocol.ts';
import {
  expectationLines,
  nearestTokensText,
  readingText,
  scoreboardText,
} from '../../evaluation/text.ts';
import { atomicWrite } from '../../files/atomicWrite.ts';
import { readReport } from '../../runs/reportFile.ts';
import { scoreFile } from '../../training/scoreFile.ts';
import { staleScores } from '../../staleness/reportStaleness.ts';
import { FileStates } from '../../training/fileStates.ts';
import { trainFile } from '../../training/trainFile.ts';
import { bundledModels, trainingContext } from '../environment.ts';
import { junitErrorText, junitText } from '../junit.ts';
import { note, print, printJson, type Output } from '../output.ts';
import { Progress } from '../progress.ts';
import { writeReportPage } from '../reportFile.ts';

/** Trains, then prints the scoreboard, the nearest tokens and where the report lies. */
export async function train(request: TrainRequest, output: Output): Promise<number> {
  const summary = await trainFile(request, trainingContext(listener(output, true)));
  if (!output.json) await printSummary(summary, request.path, output);
  return 0;
}

/** What `ptune score` does beside scoring. */
export interface ScoreOptions {
  /** A prompt that misses its `expect` makes the exit status 2. */
  readonly expect?: boolean;
  /** Where to write the checks as JUnit XML. */
  readonly junit?: string;
}

/** Scores without training; exit status 2 where `expect` is asked for and a prompt misses its own. */
export async function score(
  request: ScoreRequest,
  options: ScoreOptions,
  output: Output,
): Promise<number> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  let summary: Summary;
  try {
    summary = await scoreFile(request, trainingContext(listener(output, false)));
  } catch (thrown) {
    if (options.junit !== undefined) {
      const text = junitErrorText(basename(request.path), toPtuneError(thrown), seconds());
      await writeJunit(options.junit, text);
    }
    throw thrown;
  }
  if (options.junit !== undefined) await writeJunit(options.junit, junitText(summary, seconds()));
  if (output.json) printJson(summary);
  else await printSummary(summary, request.path, output);
  if (options.expect !== true) return 0;
  const checked = [...summary.prompts, ...(summary.unscored ?? [])];
  const results = checked.flatMap(({ expectations = [] }) => expectations);
  if (results.length === 0) {
    note(
      'Nothing was checked: no prompt has an "expect". Add "expect: accuracy >= 0.8" or the like',
    );
  }
  return results.every(({ met }) => met) ? 0 : 2;
}

async function writeJunit(path: string, text: string): Promise<void> {
  try {
    await atomicWrite(path, text);
  } catch (error) {
    throw new PtuneError(
      'file/unwritable',
      `The JUnit file "${path}" cannot be written: ${(error as Error).message}.`,
      'Name another place with --junit.',
      error,
    );
  }
}

function listener(output: Output, everyEvent: boolean): (event: TrainingEvent) => void {
  const progress = new Progress(output);
  return (event) => {
    if (output.json && everyEvent) printJson(event);
    else progress.show(event);
  };
}

async function printSummary(summary: Summary, file: string, output: Output): Promise<void> {
  print(scoreboardText(summary, output));
  for (const line of expectationLines(summary)) print(line);
  const report = summary.report === undefined ? undefined : await readReport(summary.report);
  if (!report || summary.report === undefined) return;
  for (const prompt of report.prompts) {
    for (const line of [nearestTokensText(prompt), readingText(prompt)]) {
      if (line !== undefined) print(line);
    }
  }
  print(report.verdict);
  const page = summary.report.replace(/\.json$/, '.html');
  // The file may have changed while it was trained, and options may stand in place of its settings.
  const state = await new FileStates(bundledModels).of(file);
  await writeReportPage(report, page, staleScores(report, state));
  const shown = relative(process.cwd(), page);
  print(`Report: ${shown.startsWith('..') ? page : shown || basename(page)}`);
}
