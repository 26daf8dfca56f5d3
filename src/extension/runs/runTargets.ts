/** Which runs a command means: those of a menu, those that are selected, or those that are picked. */
import { type QuickPickItem, window } from 'vscode';
import { listText } from '../../base/markdown.ts';
import { showMessage } from '../notify.ts';
import { runDescription, runLabel } from './runText.ts';
import type { RunsView } from './runsView.ts';
import { type RunNode, type TreeNode, fileName } from './runTree.ts';

/** What commands of runs get: a node of the view, or nothing. */
export type RunTarget = TreeNode | undefined;

/** Runs by their folders, for those who have no node of the view. */
export interface RunFolders {
  readonly kind: 'folders';
  readonly folders: readonly string[];
}

/** What to ask where no run is given. */
export interface RunQuestion {
  readonly title: string;
  /** Runs that the command makes sense for; all where absent. */
  readonly fits?: (run: RunNode) => boolean;
  /** Why there may be none, as a sentence. */
  readonly none: string;
}

/** One run: the one clicked, else the only one selected, else the one picked. */
export async function oneRun(
  view: RunsView,
  target: RunTarget,
  question: RunQuestion,
  takesSelection = true,
): Promise<RunNode | undefined> {
  if (target?.kind === 'run') return target;
  if (target === undefined && takesSelection) {
    const [selected, ...others] = runsOf(await view.selection());
    if (selected !== undefined && others.length === 0) return selected;
  }
  const items = await itemsFor(view, target, question);
  if (items === undefined) return undefined;
  return (await window.showQuickPick(items, optionsOf(question)))?.run;
}

/** Several runs: those selected with the one clicked, else those picked. */
export async function someRuns(
  view: RunsView,
  target: RunTarget,
  question: RunQuestion,
): Promise<readonly RunNode[]> {
  const selected = runsOf(await view.selection());
  if (target?.kind === 'run') return selected.includes(target) ? selected : [target];
  if (target === undefined && selected.length > 0) return selected;
  return pickedRuns(view, target, question);
}

/** Several runs that are picked from a list, whatever is selected. */
export async function pickedRuns(
  view: RunsView,
  target: RunTarget,
  question: RunQuestion,
): Promise<readonly RunNode[]> {
  const items = await itemsFor(view, target, question);
  if (items === undefined) return [];
  const options = { ...optionsOf(question), canPickMany: true } as const;
  return ((await window.showQuickPick(items, options)) ?? []).map(({ run }) => run);
}

function optionsOf({ title }: RunQuestion) {
  return { title, placeHolder: 'Which run?', matchOnDescription: true, matchOnDetail: true };
}

function runsOf(nodes: readonly TreeNode[]): RunNode[] {
  return nodes.filter((node) => node.kind === 'run');
}

type RunItem = QuickPickItem & { readonly run: RunNode };

async function itemsFor(
  view: RunsView,
  target: RunTarget,
  { fits = () => true, none }: RunQuestion,
): Promise<RunItem[] | undefined> {
  const runs = (await view.allRuns()).filter((run) => isBelow(run, target)).filter(fits);
  if (runs.length > 0) return Promise.all(runs.map((run) => itemOf(view, run)));
  showMessage(none, []);
  return undefined;
}

function isBelow({ prompt }: RunNode, target: RunTarget): boolean {
  return target === undefined || target === prompt || target === prompt.file;
}

async function itemOf(view: RunsView, run: RunNode): Promise<RunItem> {
  return {
    label: listText(runLabel(run.header)),
    description: listText(runDescription(run.header, await view.factsOf(run))),
    detail: `${fileName(run.prompt.file)} · ${run.prompt.name} · ${run.header.id}`,
    run,
  };
}
