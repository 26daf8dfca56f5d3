/** The entry of the extension: it constructs the parts and connects them, nothing else. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type ExtensionContext, commands, window } from 'vscode';
import { cachedTables } from '../data/tableCache.ts';
import { modelCaches, ownCache } from '../hub/cacheFolders.ts';
import { FileHashes } from '../runs/fileHashes.ts';
import { StoredReports } from '../runs/reportFile.ts';
import { commandHandlers } from './commandHandlers.ts';
import { registerCommands } from './commands.ts';
import { PromptComparison } from './compare.ts';
import { DocumentWatch } from './documentWatch.ts';
import { documentOf, parsedFile } from './documents.ts';
import { openExample } from './example.ts';
import { registerCodeLenses } from './features/codeLenses.ts';
import { DiagnosticDocs } from './features/diagnosticDocs.ts';
import { DiagnosticsService } from './features/diagnosticsService.ts';
import { registerHovers } from './features/hovers.ts';
import { FactsService } from './features/factsService.ts';
import { registerLanguageFeatures } from './features/languageFeatures.ts';
import { targetFinder } from './features/linkTargets.ts';
import { registerQuickFixes } from './features/quickFixes.ts';
import { showError } from './notify.ts';
import { newPromptFile } from './newFile/newPromptFile.ts';
import { HubToken } from './models/hubToken.ts';
import { chooseModel } from './models/modelPicker.ts';
import { InputTrial } from './looks/inputTrial.ts';
import { ModelsView } from './models/modelsView.ts';
import { RunActions } from './runs/runActions.ts';
import { RunsView } from './runs/runsView.ts';
import { ReportPanels } from './report/reportPanel.ts';
import { InlineScores } from './scores/decorations.ts';
import { watchedFiles } from './scores/fileScores.ts';
import { ScoreService } from './scores/scoreService.ts';
import { registerStatusBar } from './jobs/statusBar.ts';
import { JobQueue } from './jobs/jobQueue.ts';
import { runJob } from './jobs/runJob.ts';
import { TrainingController } from './jobs/trainingController.ts';
import { PromptTests } from './tests/promptTests.ts';
import { TokenCountService } from './counts/tokenCountService.ts';

/** Called by the editor when the first `.ptune` file or command needs the extension. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('PTune', { log: true });
  const watch = new DocumentWatch((document) =>
    watchedFiles(parsedFile(document), document.uri.fsPath),
  );
  const scoreContext = {
    bundledFolder: context.asAbsolutePath('media/models'),
    caches: modelCaches(process.env, homedir()),
    hashes: new FileHashes(join(context.globalStorageUri.fsPath, 'fileHashes.json')),
    reports: new StoredReports(),
  };
  const scores = new ScoreService(scoreContext, watch, log);
  const token = new HubToken(context.secrets);
  const training = new TrainingController(context.asAbsolutePath('dist/trainer.cjs'), log, token);
  const queue = new JobQueue({
    isBusy: () => training.kind !== undefined,
    changed: () => {
      void commands.executeCommand('setContext', 'ptune.isWaiting', queue.waiting.length > 0);
      training.tellChange();
    },
    failed: (error) => showError(error, log),
  });
  const models = new ModelsView(ownCache(process.env, homedir()), () => Date.now());
  const trial = new InputTrial(training);
  const reports = new ReportPanels(context.extensionUri, scores, trial, training);
  const facts = new FactsService(scoreContext, cachedTables());
  const diagnostics = new DiagnosticsService(
    watch,
    log,
    (file, path) => facts.check(file, path),
    new DiagnosticDocs(context.asAbsolutePath('docs/diagnostics.md')),
  );
  const tokens = new TokenCountService(
    watch,
    {
      script: context.asAbsolutePath('dist/tokens.cjs'),
      bundledFolder: scoreContext.bundledFolder,
    },
    log,
  );
  const now = () => Date.now();
  const runs = new RunsView({ context: scoreContext, scores, training, now });
  const runActions = new RunActions({
    view: runs,
    training,
    reports,
    start: async (file, job) =>
      runJob({ training, queue, scores, reports, log }, await documentOf(file), job),
  });
  const comparison = new PromptComparison(scores, watch);
  const parts = {
    scores,
    training,
    queue,
    reports,
    comparison,
    log,
    models,
    token,
    runs,
    runActions,
    exchange: { view: runs, training, log, places: scoreContext },
    chooseModel: () => chooseModel(scoreContext),
    openExample: () => openExample(context),
    newFile: () => newPromptFile(scoreContext),
  };
  context.subscriptions.push(
    log,
    watch,
    scores,
    training,
    reports,
    trial,
    diagnostics,
    tokens,
    comparison,
    models,
    runs,
    runActions,
    // A training may have downloaded one.
    training.onDidStartOrEnd(() => models.refresh()),
    // Who trains file after file goes on at once, before what waits.
    training.onDidStartOrEnd(() => setTimeout(() => queue.next(), 0)),
    registerQuickFixes(diagnostics, facts),
    new InlineScores(scores, training),
    registerHovers(scores, now),
    ...registerCodeLenses({ scores, training, queue, tokens }),
    ...registerLanguageFeatures(facts, targetFinder(scoreContext)),
    ...registerStatusBar(training, queue),
    new PromptTests(watch, training, scores),
    ...registerCommands(commandHandlers(parts)),
  );
  watch.start();
}
