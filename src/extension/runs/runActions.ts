/** What can be done with runs: named, noted, pinned, compared, gone on with, trained again, deleted. */
import { type Disposable, EventEmitter, Uri, commands, env, window, workspace } from 'vscode';
import { basename, dirname } from 'node:path';
import { PtuneError } from '../../base/errors.ts';
import { counted, listed } from '../../base/format.ts';
import { rerunText } from '../../language/rerunText.ts';
import { comparisonText } from '../../protocol/runComparison.ts';
import { assertNotRunning } from '../../runs/runHeader.ts';
import { changeLabel, type LabelChange } from '../../runs/runLabel.ts';
import type { Job, TrainingController } from '../jobs/trainingController.ts';
import { parsedFile } from '../documents.ts';
import type { ReportPanels } from '../report/reportPanel.ts';
import { runLabel } from './runText.ts';
import {
  type RunFolders,
  type RunQuestion,
  type RunTarget,
  oneRun,
  pickedRuns,
  someRuns,
} from './runTargets.ts';
import type { RunsView } from './runsView.ts';
import { type RunNode, fileName } from './runTree.ts';

const scheme = 'ptune-runs';

/** What the actions need. */
export interface RunActionParts {
  readonly view: RunsView;
  readonly training: TrainingController;
  readonly reports: ReportPanels;
  /** Trains or scores a file and says what came of it. */
  readonly start: (file: Uri, job: Job) => Promise<void>;
}

const noRuns = 'There is no run yet. Train a prompt with virtual tokens to make one.';

/** The actions of the Runs view. */
export class RunActions implements Disposable {
  readonly #parts: RunActionParts;
  readonly #texts = new Map<string, string>();
  readonly #changed = new EventEmitter<Uri>();
  readonly #provider: Disposable;

  constructor(parts: RunActionParts) {
    this.#parts = parts;
    this.#provider = workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: this.#changed.event,
      provideTextDocumentContent: ({ query }) =>
        this.#texts.get(query) ?? 'Compare the runs again.',
    });
  }

  dispose(): void {
    this.#provider.dispose();
    this.#changed.dispose();
  }

  /** Shows the report of the file that a node belongs to. */
  async openReport(target: RunTarget): Promise<void> {
    if (target?.kind === 'file') return this.#report(target.path);
    if (target?.kind === 'prompt') return this.#report(target.file.path);
    const run = await this.#one(target, { title: 'Open Report', none: noRuns });
    if (run !== undefined) await this.#report(run.prompt.file.path);
  }

  /** Asks for a name. An empty one takes it away. */
  async rename(target: RunTarget): Promise<void> {
    const run = await this.#one(target, { title: 'Rename Run', none: noRuns });
    if (run === undefined) return;
    const name = await window.showInputBox({
      title: `Rename ${runLabel(run.header)}`,
      prompt: 'What to call the run. Nothing takes the name away.',
      value: run.header.label.name ?? '',
    });
    if (name !== undefined) await this.#label(run, { name });
  }

  /** Asks for a note. An empty one takes it away. */
  async note(target: RunTarget): Promise<void> {
    const run = await this.#one(target, { title: 'Edit Note', none: noRuns });
    if (run === undefined) return;
    const note = await window.showInputBox({
      title: `Note on ${runLabel(run.header)}`,
      prompt: 'Kept with the run. Nothing takes the note away.',
      value: run.header.label.note ?? '',
    });
    if (note !== undefined) await this.#label(run, { note });
  }

  /** Pins or unpins runs. */
  async pin(target: RunTarget, pinned: boolean): Promise<void> {
    const question: RunQuestion = {
      title: pinned ? 'Pin Run' : 'Unpin Run',
      fits: ({ header }) => (header.label.pinned === true) !== pinned,
      none: pinned ? 'There is no run that could be pinned.' : 'No run is pinned.',
    };
    for (const run of await someRuns(this.#parts.view, target, question)) {
      await this.#label(run, { pinned });
    }
  }

  /** Shows two or more runs side by side. */
  async compare(target: RunTarget | RunFolders): Promise<void> {
    if (target?.kind === 'folders') {
      await this.#compare(
        target.folders,
        target.folders.map((folder) => basename(folder)),
      );
      return;
    }
    const { view } = this.#parts;
    const question: RunQuestion = { title: 'Compare Runs: choose two or more', none: noRuns };
    let runs = await someRuns(view, target, question);
    if (runs.length === 1) {
      const [first] = runs;
      const fits = (run: RunNode) => run !== first;
      const title = `Compare ${runLabel(first!.header)} with which runs?`;
      const none = 'There is no other run to compare with.';
      runs = [first!, ...(await pickedRuns(view, undefined, { title, fits, none }))];
    }
    if (runs.length < 2) return;
    await this.#compare(
      runs.map(({ header }) => header.folder),
      runs.map(titleOf),
    );
  }

  async #compare(names: readonly string[], titles: readonly string[]): Promise<void> {
    const comparison = await this.#parts.training.inOwnProcess(
      'Comparing runs',
      (trainer) => trainer.compareRuns({ runs: names, from: dirname(names[0]!) }),
      // Runs without a score get one.
      (event) => (event.type === 'scoring' ? `Scoring a run of ${event.prompt}` : undefined),
    );
    const key = names.join('\n');
    const title = names.length === 2 ? listed(titles) : counted(names.length, 'run');
    this.#texts.set(key, `${comparisonText(comparison)}\n`);
    const uri = Uri.from({ scheme, path: `/Comparison of ${title}.txt`, query: key });
    this.#changed.fire(uri);
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
  }

  /** Goes on with a run that ended early. */
  async resume(target: RunTarget): Promise<void> {
    const run = await this.#one(target, {
      title: 'Resume Run',
      fits: ({ header }) => header.state === 'interrupted' || header.state === 'failed',
      none: 'There is no run that ended early.',
    });
    if (run === undefined) return;
    await this.#parts.start(Uri.file(run.prompt.file.path), {
      kind: 'train',
      resume: run.header.id,
    });
  }

  /** Trains again with the seed and settings of a run, asking where the file has others now. */
  async trainAgain(target: RunTarget): Promise<void> {
    const run = await this.#one(target, {
      title: 'Train Again with the Same Settings',
      fits: ({ header }) => header.state !== 'imported' && header.state !== 'running',
      none: noRuns,
    });
    if (run === undefined) return;
    const { manifest } = run.header;
    const uri = Uri.file(run.prompt.file.path);
    const document = await workspace.openTextDocument(uri);
    const job = { kind: 'train', prompts: [run.prompt.name], seeds: [manifest.seed] } as const;
    const stale = await this.#parts.view.staleOf(run);
    if (stale === undefined || stale.startsWith('data') || stale.startsWith('model')) {
      return this.#parts.start(uri, job);
    }
    const asRun = { title: 'As in the Run' };
    const asFile = { title: 'As in the File' };
    const chosen = await window.showInformationMessage(
      `${fileName(run.prompt.file)} has changed since ${titleOf(run)} was trained: ${stale}.`,
      {
        modal: true,
        detail:
          'Train with the template and the settings of the run, or with those that the file has now? The file stays as it is.',
      },
      ...(stale === 'prompt removed' ? [asRun] : [asRun, asFile]),
    );
    if (chosen === asFile) return this.#parts.start(uri, job);
    if (chosen !== asRun) return;
    const text = rerunText(parsedFile(document), manifest);
    return this.#parts.start(uri, { ...job, text });
  }

  /** Deletes runs after asking, to the trash where there is one. */
  async remove(target: RunTarget): Promise<void> {
    const { view } = this.#parts;
    const broken = target?.kind === 'broken' ? target : undefined;
    const runs = broken ? [] : await someRuns(view, target, { title: 'Delete Runs', none: noRuns });
    const folders = broken ? [broken.folder] : runs.map(({ header }) => header.folder);
    if (folders.length === 0) return;
    for (const folder of folders) await assertNotRunning(folder);
    const what =
      runs.length === 1 ? `the run ${titleOf(runs[0]!)}` : counted(folders.length, 'run');
    const trash = { title: 'Move to Trash' };
    const question = `Delete ${what}? The learned vectors and the scores go with it.`;
    if ((await window.showWarningMessage(question, { modal: true }, trash)) !== trash) return;
    const failed: string[] = [];
    for (const folder of folders) {
      if (!(await toTrash(folder))) failed.push(folder);
    }
    if (failed.length > 0) await deleteForGood(failed);
    for (const folder of folders) await view.readAgain(folder);
  }

  /** Shows a run's folder in the explorer, or in the system's file manager. */
  async reveal(target: RunTarget, command: 'revealInExplorer' | 'revealFileInOS'): Promise<void> {
    const run = await this.#one(target, { title: 'Reveal Run', none: noRuns });
    if (run === undefined) return;
    await commands.executeCommand(command, Uri.file(run.header.folder));
  }

  async copyId(target: RunTarget): Promise<void> {
    const run = await this.#one(target, { title: 'Copy Run Id', none: noRuns });
    if (run === undefined) return;
    await env.clipboard.writeText(run.header.id);
    window.setStatusBarMessage(`Copied ${run.header.id}`, 2000);
  }

  #one(target: RunTarget, question: RunQuestion): Promise<RunNode | undefined> {
    return oneRun(this.#parts.view, target, question);
  }

  async #label(run: RunNode, change: LabelChange): Promise<void> {
    await changeLabel(run.header.folder, change);
    await this.#parts.view.readAgain(run.header.folder);
  }

  async #report(path: string): Promise<void> {
    const uri = Uri.file(path);
    await workspace.fs.stat(uri).then(undefined, (error: unknown) => {
      throw new PtuneError(
        'file/unreadable',
        `The file "${path}" is not there any more, and its report belongs to it.`,
        'Put the file back, or export the run.',
        error,
      );
    });
    this.#parts.reports.open(uri);
  }
}

function titleOf({ header, prompt }: RunNode): string {
  return header.label.name ?? `${prompt.name}, ${runLabel(header)}`;
}

/** Whether a folder could be moved to the trash. */
async function toTrash(folder: string): Promise<boolean> {
  try {
    await workspace.fs.delete(Uri.file(folder), { recursive: true, useTrash: true });
    return true;
  } catch {
    return false;
  }
}

async function deleteForGood(folders: readonly string[]): Promise<void> {
  const remove = { title: 'Delete Permanently' };
  const what = folders.length === 1 ? 'the run' : `${folders.length} runs`;
  const message = `There is no trash for ${what} here. Delete permanently? This cannot be undone.`;
  if ((await window.showWarningMessage(message, { modal: true }, remove)) !== remove) return;
  for (const folder of folders) {
    await workspace.fs.delete(Uri.file(folder), { recursive: true, useTrash: false });
  }
}
