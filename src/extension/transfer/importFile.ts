/** `PTune: Import…`: what another program made, as a `.ptune` file that opens. */
import { Uri, commands, window, workspace } from 'vscode';
import { basename, dirname, relative, sep } from 'node:path';
import { type ErrorCode, PtuneError, toPtuneError } from '../../base/errors.ts';
import { counted } from '../../base/format.ts';
import { listModels } from '../../hub/modelFacts.ts';
import type { ImportReply } from '../../protocol/exchange.ts';
import { canStart } from '../jobs/canStart.ts';
import { showError, showMessage } from '../notify.ts';
import type { LogOutputChannel } from 'vscode';
import type { PickerPlaces } from '../models/modelPicker.ts';
import type { ExchangeParts } from './exportPrompt.ts';

/** What importing takes. */
export interface ImportParts extends ExchangeParts {
  readonly log: LogOutputChannel;
  readonly places: PickerPlaces;
}

interface Kind {
  readonly label: string;
  readonly detail: string;
  readonly canSelectFolders: boolean;
  readonly canSelectFiles: boolean;
  readonly filters?: Record<string, string[]>;
}

const kinds: readonly Kind[] = [
  {
    label: 'PEFT adapter',
    detail: 'A folder with adapter_config.json and adapter_model.safetensors; becomes a run',
    canSelectFolders: true,
    canSelectFiles: false,
  },
  {
    label: 'P-tuning (LAMA) data',
    detail: 'A folder of a relation with train.jsonl, dev.jsonl and test.jsonl',
    canSelectFolders: true,
    canSelectFiles: false,
  },
  {
    label: 'OpenPrompt templates',
    detail: 'A text file with a template on each line, and its verbalizer beside it',
    canSelectFolders: false,
    canSelectFiles: true,
    filters: { 'OpenPrompt templates': ['txt'] },
  },
  {
    label: 'promptfoo configuration',
    detail: 'promptfooconfig.yaml: prompts, and tests that say what the answer should be',
    canSelectFolders: false,
    canSelectFiles: true,
    filters: { promptfoo: ['yaml', 'yml'] },
  },
  {
    label: 'Prompty file',
    detail: 'A .prompty file: its template and its sample',
    canSelectFolders: false,
    canSelectFiles: true,
    filters: { Prompty: ['prompty'] },
  },
];

/** Whether another model may mend an error. */
function isOfTheModel(code: ErrorCode): boolean {
  return code === 'import/does-not-fit' || code === 'hub/no-model' || code.startsWith('model/');
}

/** Imports what is given, or what a person chooses. */
export async function importFile(parts: ImportParts, target: Uri | undefined): Promise<void> {
  if (!canStart(parts.training)) return;
  const path = target?.fsPath ?? (await chosenPath());
  if (path !== undefined) await importAt(parts, path);
}

async function chosenPath(): Promise<string | undefined> {
  const kind = await window.showQuickPick(kinds, {
    title: 'Import: what?',
    placeHolder: 'What another program made, as a .ptune file to start from',
    matchOnDetail: true,
  });
  if (kind === undefined) return undefined;
  const { label, canSelectFiles, canSelectFolders, filters } = kind;
  const [chosen] =
    (await window.showOpenDialog({
      title: `Import: ${label}`,
      openLabel: 'Import',
      canSelectFiles,
      canSelectFolders,
      ...(filters && { filters }),
    })) ?? [];
  return chosen?.fsPath;
}

async function importAt(parts: ImportParts, path: string, model?: string): Promise<void> {
  const output = outputFor(path);
  let reply: ImportReply;
  try {
    reply = await parts.training.inOwnProcess(`Importing ${basename(path)}`, (trainer) =>
      trainer.importPath({ path, output, ...(model !== undefined && { model }) }),
    );
  } catch (thrown) {
    const choose = {
      title: 'Choose Model',
      run: async () => {
        const other = await chosenModel(output, parts.places);
        if (other !== undefined) await importAt(parts, path, other);
      },
    };
    const error = toPtuneError(thrown);
    if (!isOfTheModel(error.code)) {
      showError(error, parts.log);
      return;
    }
    const next = 'Choose the model that its vectors were trained on.';
    const told = new PtuneError(error.code, error.message, next, error);
    showError(told, parts.log, [choose]);
    return;
  }
  const document = await workspace.openTextDocument(Uri.file(reply.file));
  await window.showTextDocument(document);
  const showRuns = {
    title: 'Show Runs',
    run: () => commands.executeCommand('ptune.runs.focus'),
  };
  showMessage(importedText(reply), reply.run === undefined ? [] : [showRuns]);
}

/** What was made, and what could not be expressed; every note stands in the file, too. */
export function importedText({ kind, file, files, run, warnings }: ImportReply): string {
  const made = `${kind}: ${[basename(file), ...files].join(', ')}.`;
  const next = run === undefined ? [] : [`Go on training from it with "init: run:${run}".`];
  const [first, ...others] = warnings;
  const notes =
    first === undefined
      ? []
      : [first, ...(others.length === 0 ? [] : [`And ${counted(others.length, 'note')} more.`])];
  return [made, ...next, ...notes].join(' ');
}

/** Beside what is imported where that is part of the workspace, else into the workspace. */
function outputFor(path: string): string {
  const isInside = workspace.getWorkspaceFolder(Uri.file(path)) !== undefined;
  const [first] = workspace.workspaceFolders ?? [];
  if (isInside && first?.uri.fsPath === path) return path;
  return isInside || first === undefined ? dirname(path) : first.uri.fsPath;
}

/** A model of this machine, as a `.ptune` file in `output` names it. */
async function chosenModel(output: string, places: PickerPlaces): Promise<string | undefined> {
  const folder = { label: '$(folder) Choose a Folder…', description: '' };
  const here = await listModels({ fileFolder: output, ...places });
  const items = here.map(({ id, kind }) => ({ label: id, description: kind ?? '' }));
  const chosen = await window.showQuickPick([...items, folder], {
    title: 'Import: which model?',
    placeHolder: 'The model that the vectors were trained on',
  });
  if (chosen !== folder) return chosen?.label;
  const [picked] =
    (await window.showOpenDialog({
      title: 'Import: the folder of the model',
      openLabel: 'Use This Model',
      defaultUri: Uri.file(output),
      canSelectFolders: true,
      canSelectFiles: false,
    })) ?? [];
  if (picked === undefined) return undefined;
  const way = relative(output, picked.fsPath).split(sep).join('/');
  return way.startsWith('.') ? way : `./${way}`;
}
