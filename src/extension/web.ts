/**
 * The entry of the extension in a browser, where there is no disk and no process: what can be told from
 * the text alone, and why there is no training.
 */
import { type ExtensionContext, LanguageStatusSeverity, Uri, env, languages, window } from 'vscode';
import { noFacts } from '../language/features/facts.ts';
import { type CommandHandlers, registerCommands } from './commands.ts';
import { DocumentWatch } from './documentWatch.ts';
import { languageId } from './documents.ts';
import { DiagnosticsService } from './features/diagnosticsService.ts';
import { registerLanguageFeatures } from './features/languageFeatures.ts';
import { registerQuickFixes } from './features/quickFixes.ts';

const reason =
  'Prompts are trained and scored by a process on a computer, and a browser has none. Open the folder in VS Code on your computer, over SSH or in a codespace.';

/** Called by the editor in the browser when the first `.ptune` file or command needs the extension. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('PTune', { log: true });
  const watch = new DocumentWatch(() => []);
  const page = Uri.joinPath(context.extensionUri, 'docs/diagnostics.md');
  const diagnostics = new DiagnosticsService(
    watch,
    log,
    (file) => Promise.resolve(file.diagnostics),
    { target: () => page },
  );
  const source = { factsOf: () => Promise.resolve(noFacts) };
  const status = languages.createLanguageStatusItem('training', languageId);
  status.text = 'PTune: no training in a browser';
  status.detail = reason;
  status.severity = LanguageStatusSeverity.Information;
  context.subscriptions.push(
    log,
    watch,
    diagnostics,
    status,
    registerQuickFixes(diagnostics, source),
    ...registerLanguageFeatures(source, () => Promise.resolve(undefined)),
    ...registerCommands(handlersWithout(log)),
  );
  watch.start();
}

/** Every command says why it does nothing here, but the one that needs nothing. */
function handlersWithout(log: { show(): void }): CommandHandlers {
  const explain = () => explainWhy();
  return {
    'ptune.train': explain,
    'ptune.score': explain,
    'ptune.tryInput': explain,
    'ptune.searchWords': explain,
    'ptune.probeWordings': explain,
    'ptune.measureImportance': explain,
    'ptune.compare': explain,
    'ptune.announceScore': explain,
    'ptune.openReport': explain,
    'ptune.cancelTraining': explain,
    'ptune.removeWaiting': explain,
    'ptune.showLog': () => log.show(),
    'ptune.newPromptFile': explain,
    'ptune.openExample': explain,
    'ptune.showTests': explain,
    'ptune.chooseModel': explain,
    'ptune.signIn': explain,
    'ptune.signOut': explain,
    'ptune.refreshModels': explain,
    'ptune.removeModel': explain,
    'ptune.verifyModel': explain,
    'ptune.revealModel': explain,
    'ptune.copyModelId': explain,
    'ptune.exportPrompt': explain,
    'ptune.import': explain,
    'ptune.refreshRuns': explain,
    'ptune.openRunReport': explain,
    'ptune.renameRun': explain,
    'ptune.noteRun': explain,
    'ptune.pinRun': explain,
    'ptune.unpinRun': explain,
    'ptune.compareRuns': explain,
    'ptune.resumeRun': explain,
    'ptune.trainRunAgain': explain,
    'ptune.deleteRun': explain,
    'ptune.revealRun': explain,
    'ptune.revealRunInSystem': explain,
    'ptune.copyRunId': explain,
  };
}

async function explainWhy(): Promise<void> {
  const open = 'Get VS Code';
  const chosen = await window.showInformationMessage(reason, open);
  if (chosen === open) await env.openExternal(Uri.parse('https://code.visualstudio.com'));
}
