/** `ptune runs`: lists runs, shows and names them, compares and removes them. */
import { dirname } from 'node:path';
import { percent, percentRange } from '../../base/format.ts';
import { comparisonText } from '../../protocol/runComparison.ts';
import { runFolders } from '../../runs/runFolders.ts';
import { type LabelChange, type RunLabel, changeLabel, readLabel } from '../../runs/runLabel.ts';
import type { RunManifest } from '../../runs/runManifest.ts';
import { type RunScore, readRunScore } from '../../runs/runScore.ts';
import { RunStore } from '../../runs/runStore.ts';
import { compareRuns } from '../../training/compareRuns.ts';
import { FileStates } from '../../training/fileStates.ts';
import { findRun, type FoundRun } from '../../training/openRun.ts';
import { bundledModels, trainingContext } from '../environment.ts';
import { note, print, printJson, type Output } from '../output.ts';
import { Progress } from '../progress.ts';

/** A run as the list has it. */
interface ListedRun extends RunManifest {
  readonly label?: RunLabel;
  readonly score?: RunScore;
  /** What changed since, where it no longer belongs to its file. */
  readonly stale?: string;
}

/** Lists the runs in the current folder and below. */
export async function listRuns(output: Output): Promise<number> {
  const folders = await runFolders(process.cwd());
  const stores = folders.map((runs) => new RunStore({ runs, reports: runs }));
  const states = new FileStates(bundledModels);
  const all = await Promise.all(
    stores.map(async (store) => {
      const { runs, errors } = await store.list();
      return {
        runs: await Promise.all(runs.map((run) => listed(inStore(store, run), states))),
        errors,
      };
    }),
  );
  const runs = all.flatMap((one) => one.runs);
  for (const error of all.flatMap((one) => one.errors)) note(`warning: ${error.message}`);
  if (output.json) {
    printJson({ runs });
    return 0;
  }
  if (runs.length === 0) print('No runs here yet. "ptune train FILE" makes one.');
  for (const run of runs) {
    print(lineOf(run));
    if (run.label?.note !== undefined) print(`    ${run.label.note}`);
  }
  return 0;
}

/** A run of the store of a `.ptune` file. */
function inStore(store: RunStore, manifest: RunManifest): ListedFrom {
  const { runs } = store.folders;
  return { manifest, store, folder: store.folder(manifest.id), home: dirname(dirname(runs)) };
}

type ListedFrom = Omit<FoundRun, 'events'>;

/** A run with what lies beside its manifest, and whether it still belongs to its file. */
async function listed(run: ListedFrom, states: FileStates): Promise<ListedRun> {
  const { manifest, folder } = run;
  const label = await readLabel(folder);
  const score = await readRunScore(folder);
  const stale = await states.staleSince(run);
  const isNamed = Object.keys(label).length > 0;
  return {
    ...manifest,
    ...(isNamed && { label }),
    ...(score && { score }),
    ...(stale !== undefined && { stale }),
  };
}

function lineOf(run: ListedRun) {
  const { id, status, file, prompt, seed, reason, bestStep, label } = run;
  const end = reason ?? (bestStep === undefined ? '' : `step ${bestStep} kept`);
  return [
    id,
    ...(label?.name === undefined ? [] : [`"${label.name}"`]),
    file,
    prompt.name,
    `seed ${seed}`,
    `${status}${end && `: ${end}`}`,
    ...scoreText(run),
    ...(label?.pinned ? ['pinned'] : []),
    ...(run.sweep ? [`trial ${run.sweep.trial} of sweep ${run.sweep.id}`] : []),
  ].join('  ');
}

/** The score, if it holds; a stale one never looks like a current one. */
function scoreText({ score, stale }: ListedRun): string[] {
  const right = score && `${percent(score.accuracy)} of ${score.n}`;
  if (stale !== undefined) return [`⟳ stale: ${stale}${right ? ` (was ${right})` : ''}`];
  return score ? [`${right} (${percentRange(score.interval)})`] : [];
}

/** Shows one run's manifest. */
export async function showRun(id: string): Promise<number> {
  const run = await findRun(id, process.cwd());
  print(JSON.stringify(await listed(run, new FileStates(bundledModels)), undefined, 2));
  return 0;
}

/** Names, notes, pins or unpins a run. */
export async function labelRun(id: string, change: LabelChange): Promise<number> {
  const { manifest, folder } = await findRun(id, process.cwd());
  const { name, note: text, pinned } = await changeLabel(folder, change);
  const says = [
    ...(name === undefined ? [] : [`"${name}"`]),
    ...(pinned ? ['pinned'] : []),
    ...(text === undefined ? [] : [text]),
  ];
  print([manifest.id, ...says].join('  '));
  return 0;
}

/** Prints two or more runs side by side. */
export async function compare(ids: readonly string[], output: Output): Promise<number> {
  const progress = new Progress(output);
  const context = trainingContext((event) => progress.show(event));
  const comparison = await compareRuns(ids, process.cwd(), context);
  progress.end();
  if (output.json) printJson(comparison);
  else print(comparisonText(comparison));
  return 0;
}

/** Removes a run that nobody trains. */
export async function removeRun(id: string): Promise<number> {
  const run = await findRun(id, process.cwd());
  await run.store.removeRun(run.manifest.id);
  print(`Removed ${run.manifest.id}.`);
  return 0;
}
