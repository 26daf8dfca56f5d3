/** `PTune: Export Prompt…`: a run, a format and a folder are chosen, and the trainer writes the files. */
import { Uri, commands, window, workspace } from 'vscode';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PtuneError, toPtuneError } from '../../base/errors.ts';
import { messageText } from '../../base/markdown.ts';
import type { ExportFormat } from '../../protocol/exchange.ts';
import { promptOf, type PromptTarget } from '../commands.ts';
import { canStart } from '../jobs/canStart.ts';
import type { TrainingController } from '../jobs/trainingController.ts';
import { showMessage } from '../notify.ts';
import { oneRun, type RunTarget } from '../runs/runTargets.ts';
import type { RunsView } from '../runs/runsView.ts';
import type { RunNode } from '../runs/runTree.ts';
import { exportProgress, formatItems } from './formats.ts';

/** What an export is started from: the view, the link above a prompt, or the palette. */
export type ExportTarget = RunTarget | PromptTarget;

/** What exporting takes. */
export interface ExchangeParts {
  readonly view: RunsView;
  readonly training: TrainingController;
}

/** Exports a learned prompt. */
export async function exportPrompt(parts: ExchangeParts, target: ExportTarget): Promise<void> {
  const { view, training } = parts;
  if (!canStart(training)) return;
  const run = await chosenRun(view, target);
  if (run === undefined) return;
  const where = { run: run.header.folder, from: dirname(run.header.folder) };
  const format = await chosenFormat(parts, run, where);
  if (format === undefined) return;
  const output = await chosenFolder(run, format);
  if (output === undefined) return;
  const { name } = run.prompt;
  const reply = await training
    .inOwnProcess(
      `Exporting ${name} as ${format}`,
      (trainer) => trainer.exportRun({ ...where, format, output }),
      exportProgress,
    )
    .catch((thrown: unknown) => {
      const error = toPtuneError(thrown);
      if (error.code !== 'export/not-possible') throw error;
      throw new PtuneError(error.code, error.message, 'Choose another format.', error);
    });
  const readme = Uri.file(join(reply.output, 'README.md'));
  const told = [
    `${name} was exported to ${reply.output}: ${reply.files.join(', ')}.`,
    ...reply.warnings,
  ];
  showMessage(told.join(' '), [
    { title: 'Open README', run: () => commands.executeCommand('markdown.showPreview', readme) },
    { title: 'Reveal', run: () => reveal(Uri.file(reply.output)) },
  ]);
}

/** The run that is meant; one that holds goes before all others, and several are asked for. */
async function chosenRun(view: RunsView, target: ExportTarget): Promise<RunNode | undefined> {
  const node = target !== undefined && 'kind' in target ? target : undefined;
  const link = target !== undefined && 'uri' in target ? target : undefined;
  const prompt = promptOf(link);
  const isMeant = async (run: RunNode) =>
    link === undefined ||
    (run.prompt.file.path === Uri.parse(link.uri).fsPath &&
      (prompt === undefined || (await view.presentName(run)) === prompt));
  const finished = [];
  for (const run of await view.allRuns()) {
    const isDone = ['completed', 'imported'].includes(run.header.state);
    if (isDone && (await isMeant(run))) finished.push(run);
  }
  const holding = [];
  for (const run of finished) if ((await view.staleOf(run)) === undefined) holding.push(run);
  const fitting = link !== undefined && holding.length > 0 ? holding : finished;
  const question = {
    title: `Export ${prompt ?? 'a prompt'}: which run?`,
    fits: (run: RunNode) => fitting.includes(run),
    none: 'There is no finished run to export. Train the prompt first.',
  };
  if (link !== undefined && fitting.length === 1) return fitting[0];
  return oneRun(view, node, question, link === undefined);
}

async function chosenFormat(
  { training }: ExchangeParts,
  run: RunNode,
  where: { readonly run: string; readonly from: string },
): Promise<ExportFormat | undefined> {
  const choices = await training.inOwnProcess('Looking at the formats', (trainer) =>
    trainer.exportChoices(where),
  );
  const items = formatItems(choices);
  for (;;) {
    const item = await window.showQuickPick(items, {
      title: `Export ${run.prompt.name}: in which format?`,
      placeHolder: 'Each comes with a README and programs that load it',
      matchOnDescription: true,
      matchOnDetail: true,
      ignoreFocusOut: true,
    });
    if (item?.choice.refusal === undefined) return item?.choice.format;
    // The reason stands in the list; another format may do.
    void window.showWarningMessage(messageText(item.choice.refusal));
  }
}

/** A new folder in the one that is chosen. */
async function chosenFolder(run: RunNode, format: ExportFormat): Promise<string | undefined> {
  const [folder] =
    (await window.showOpenDialog({
      title: `Export ${run.prompt.name}: into which folder?`,
      openLabel: 'Export Here',
      defaultUri: Uri.file(dirname(run.prompt.file.path)),
      canSelectFolders: true,
      canSelectFiles: false,
    })) ?? [];
  if (folder === undefined) return undefined;
  const name = `${run.prompt.name}-${format}`;
  for (let attempt = 1; ; attempt++) {
    const path = join(folder.fsPath, attempt === 1 ? name : `${name}-${attempt}`);
    if (!existsSync(path)) return path;
  }
}

/** In the explorer where it is part of the workspace, else in the system's file manager. */
function reveal(folder: Uri): Thenable<unknown> {
  const inside = workspace.getWorkspaceFolder(folder) !== undefined;
  return commands.executeCommand(inside ? 'revealInExplorer' : 'revealFileInOS', folder);
}
