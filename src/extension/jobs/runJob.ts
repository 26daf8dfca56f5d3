/** A training or scoring from its start to the message about what came of it. */
import type { LogOutputChannel, TextDocument } from 'vscode';
import { basename } from 'node:path';
import { toPtuneError } from '../../base/errors.ts';
import type { Summary } from '../../protocol/summary.ts';
import { showError, showMessage } from '../notify.ts';
import type { ReportPanels } from '../report/reportPanel.ts';
import type { ScoreService } from '../scores/scoreService.ts';
import { nowOrLater } from './canStart.ts';
import { type JobQueue, jobTitle } from './jobQueue.ts';
import type { Job, TrainingController } from './trainingController.ts';

/** The parts that a job has to do with. */
interface JobParts {
  readonly training: TrainingController;
  readonly queue: JobQueue;
  readonly scores: ScoreService;
  readonly reports: ReportPanels;
  readonly log: LogOutputChannel;
}

/** Trains or scores, now or after what is in progress, then says what came of it. */
export async function runJob(parts: JobParts, document: TextDocument, job: Job): Promise<void> {
  const button = job.kind === 'train' ? 'Train Afterwards' : 'Score Afterwards';
  const what = { title: jobTitle(job), button };
  await nowOrLater(parts, document, what, (opened) => runNow(parts, opened, job));
}

async function runNow(parts: JobParts, document: TextDocument, job: Job): Promise<void> {
  const { training, scores, reports, log } = parts;
  const again = { title: 'Train Again', run: () => void runJob(parts, document, job) };
  const openReport = { title: 'Open Report', run: () => reports.open(document.uri) };
  let summary: Summary;
  try {
    summary = await training.run(document, job);
  } catch (thrown) {
    const error = toPtuneError(thrown);
    if (error.kind === 'cancelled') {
      const text =
        job.kind === 'train'
          ? 'Training was cancelled. What was trained until then is kept in its run.'
          : 'Scoring was cancelled.';
      showMessage(text, []);
    } else showError(error, log, error.code === 'trainer/stopped' ? [again] : []);
    return;
  }
  const stored = await scores.fresh(document);
  const name = basename(document.uri.fsPath);
  const text = stored?.report.verdict ?? `${summary.prompts.length} prompts were scored.`;
  showMessage(`${name}: ${text}`, [openReport]);
}
