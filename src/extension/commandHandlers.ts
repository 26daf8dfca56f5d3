/** What the commands do. */
import { type LogOutputChannel, type TextDocument } from 'vscode';
import { basename } from 'node:path';
import { toPtuneError } from '../base/errors.ts';
import type { Summary } from '../protocol/summary.ts';
import type { CommandHandlers, Target } from './commands.ts';
import { documentOf } from './documents.ts';
import { showError, showMessage } from './notify.ts';
import type { ReportPanels } from './report/reportPanel.ts';
import type { ScoreService } from './scores/scoreService.ts';
import type { Job, TrainingController } from './jobs/trainingController.ts';

/** The parts that commands act on. */
export interface CommandParts {
  readonly scores: ScoreService;
  readonly training: TrainingController;
  readonly reports: ReportPanels;
  readonly log: LogOutputChannel;
}

/** The handlers of all commands. They tell errors themselves. */
export function commandHandlers(parts: CommandParts): CommandHandlers {
  const { training, reports, log } = parts;
  const guarded = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      showError(error, log);
    }
  };
  return {
    'ptune.train': (target) =>
      guarded(async () => {
        const prompt = promptOf(target);
        const prompts = prompt === undefined ? {} : { prompts: [prompt] };
        await runJob(parts, await documentOf(target), { kind: 'train', ...prompts });
      }),
    'ptune.score': (target) =>
      guarded(async () => runJob(parts, await documentOf(target), { kind: 'score' })),
    'ptune.openReport': (target) =>
      guarded(async () => reports.open((await documentOf(target)).uri)),
    'ptune.cancelTraining': () => guarded(() => training.cancel()),
    'ptune.showLog': () => log.show(),
  };
}

/** Trains or scores, then says what came of it. */
async function runJob(parts: CommandParts, document: TextDocument, job: Job): Promise<void> {
  const { training, scores, reports, log } = parts;
  const again = { title: 'Train Again', run: () => void runJob(parts, document, job) };
  const openReport = { title: 'Open Report', run: () => reports.open(document.uri) };
  let summary: Summary;
  try {
    summary = await training.run(document, job);
  } catch (thrown) {
    const error = toPtuneError(thrown);
    if (error.kind === 'cancelled') {
      showMessage('Training was cancelled. What was trained until then is kept in its run.', []);
    } else showError(error, log, error.code === 'trainer/stopped' ? [again] : []);
    return;
  }
  const stored = await scores.fresh(document);
  const name = basename(document.uri.fsPath);
  const text = stored?.report.verdict ?? `${summary.prompts.length} prompts were scored.`;
  showMessage(`${name}: ${text}`, [openReport]);
}

function promptOf(target: Target): string | undefined {
  return target !== undefined && 'prompt' in target ? target.prompt : undefined;
}
