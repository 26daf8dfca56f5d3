/** What the commands do. */
import { type LogOutputChannel, commands } from 'vscode';
import { type CommandHandlers, promptOf } from './commands.ts';
import type { PromptComparison } from './compare.ts';
import { documentOf } from './documents.ts';
import { showError, showMessage } from './notify.ts';
import type { HubToken } from './models/hubToken.ts';
import type { ModelsView } from './models/modelsView.ts';
import { exportPrompt } from './transfer/exportPrompt.ts';
import { importFile, type ImportParts } from './transfer/importFile.ts';
import type { RunActions } from './runs/runActions.ts';
import { runHandlers } from './runs/runCommands.ts';
import type { RunsView } from './runs/runsView.ts';
import type { ReportPanels } from './report/reportPanel.ts';
import { announceScore } from './scores/announceScore.ts';
import type { ScoreService } from './scores/scoreService.ts';
import { canStart } from './jobs/canStart.ts';
import { measureImportance } from './looks/measureImportance.ts';
import { searchWords } from './looks/searchWords.ts';
import { probeWordings } from './looks/probeWordings.ts';
import type { JobQueue } from './jobs/jobQueue.ts';
import { runJob } from './jobs/runJob.ts';
import type { TrainingController } from './jobs/trainingController.ts';

/** The parts that commands act on. */
export interface CommandParts {
  readonly scores: ScoreService;
  readonly training: TrainingController;
  readonly queue: JobQueue;
  readonly reports: ReportPanels;
  readonly comparison: PromptComparison;
  readonly log: LogOutputChannel;
  readonly models: ModelsView;
  readonly token: HubToken;
  readonly runs: RunsView;
  readonly exchange: ImportParts;
  readonly runActions: RunActions;
  /** Asks for a model and writes it into the file in front. */
  readonly chooseModel: () => Promise<void>;
  /** Shows the example that ships. */
  readonly openExample: () => Promise<void>;
  /** Asks for data and columns and writes a new file. */
  readonly newFile: () => Promise<void>;
}

/** The handlers of all commands. They tell errors themselves. */
export function commandHandlers(parts: CommandParts): CommandHandlers {
  const { training, reports, comparison, log, openExample, newFile } = parts;
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
    'ptune.tryInput': (target) =>
      guarded(async () => reports.open((await documentOf(target)).uri, 'try')),
    'ptune.searchWords': (target) =>
      guarded(async () => searchWords(parts, await documentOf(target), promptOf(target))),
    'ptune.probeWordings': (target) =>
      guarded(async () => probeWordings(parts, await documentOf(target), promptOf(target))),
    'ptune.measureImportance': (target) =>
      guarded(async () => measureImportance(parts, await documentOf(target), promptOf(target))),
    'ptune.compare': (target) =>
      guarded(async () => {
        const to = target !== undefined && 'to' in target ? target.to : undefined;
        await comparison.compare(await documentOf(target), promptOf(target), to);
      }),
    'ptune.announceScore': (target) =>
      guarded(async () => announceScore(parts, await documentOf(target), promptOf(target))),
    'ptune.openReport': (target) =>
      guarded(async () => reports.open((await documentOf(target)).uri)),
    'ptune.cancelTraining': () => guarded(() => training.cancel()),
    'ptune.removeWaiting': (id) => parts.queue.remove(id),
    'ptune.showLog': () => log.show(),
    'ptune.newPromptFile': () => guarded(newFile),
    'ptune.openExample': () => guarded(openExample),
    'ptune.chooseModel': () => guarded(parts.chooseModel),
    'ptune.signIn': () => guarded(() => parts.token.ask()),
    'ptune.signOut': () => guarded(() => parts.token.forget()),
    'ptune.refreshModels': () => parts.models.refresh(),
    'ptune.removeModel': (model) => guarded(() => parts.models.remove(model)),
    'ptune.verifyModel': ({ id }) => guarded(() => verifyModel(parts, id)),
    'ptune.revealModel': (model) => guarded(() => parts.models.reveal(model)),
    'ptune.copyModelId': (model) => guarded(() => parts.models.copyId(model)),
    'ptune.exportPrompt': (target) => guarded(() => exportPrompt(parts.exchange, target)),
    'ptune.import': (target) => guarded(() => importFile(parts.exchange, target)),
    ...runHandlers(parts.runActions, parts.runs, guarded),
    'ptune.showTests': () => commands.executeCommand('workbench.view.testing.focus'),
  };
}

/** Looks at a cached model again: whether its files are whole, and whether it can be trained. */
async function verifyModel({ training, models }: CommandParts, id: string): Promise<void> {
  if (!canStart(training)) return;
  const { graphs } = await training.checkModel(id);
  models.refresh();
  const reasons = graphs.flatMap(({ verdict }) => verdict?.reason ?? []);
  const [reason] = reasons;
  const text =
    reason === undefined
      ? 'its files are whole, and prompts can be trained on it.'
      : `its files are whole, but prompts cannot be trained on it: ${reason}`;
  showMessage(`${id}: ${text}`, []);
}
