/** `ptune train` and `ptune score`. */
import { basename, relative } from 'node:path';
import type { TrainingEvent } from '../../protocol/events.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { ScoreRequest, TrainRequest } from '../../protocol/trainerProtocol.ts';
import { scoreboardText, nearestTokensText } from '../../evaluation/text.ts';
import { readReport } from '../../runs/reportFile.ts';
import { scoreFile } from '../../training/scoreFile.ts';
import { trainFile } from '../../training/trainFile.ts';
import { trainingContext } from '../environment.ts';
import { print, printJson, type Output } from '../output.ts';
import { Progress } from '../progress.ts';
import { writeReportPage } from '../reportFile.ts';

/** Trains, then prints the scoreboard, the nearest tokens and where the report lies. */
export async function train(request: TrainRequest, output: Output): Promise<number> {
  const summary = await trainFile(request, trainingContext(listener(output, true)));
  if (!output.json) await printSummary(summary, output);
  return 0;
}

/** Scores without training. */
export async function score(request: ScoreRequest, output: Output): Promise<number> {
  const summary = await scoreFile(request, trainingContext(listener(output, false)));
  if (output.json) printJson(summary);
  else await printSummary(summary, output);
  return 0;
}

function listener(output: Output, everyEvent: boolean): (event: TrainingEvent) => void {
  const progress = new Progress(output);
  return (event) => {
    if (output.json && everyEvent) printJson(event);
    else progress.show(event);
  };
}

async function printSummary(summary: Summary, output: Output): Promise<void> {
  print(scoreboardText(summary, output));
  const report = summary.report === undefined ? undefined : await readReport(summary.report);
  if (!report || summary.report === undefined) return;
  for (const prompt of report.prompts) {
    const line = nearestTokensText(prompt);
    if (line !== undefined) print(line);
  }
  print(report.verdict);
  const page = summary.report.replace(/\.json$/, '.html');
  await writeReportPage(report, page);
  const shown = relative(process.cwd(), page);
  print(`Report: ${shown.startsWith('..') ? page : shown || basename(page)}`);
}
