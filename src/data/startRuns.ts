/** Checks the runs that virtual tokens start from: `init: run:ID`. */
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { PtuneFile, Span } from '../language/ast.ts';
import { trainPlace } from '../language/deepChecks.ts';
import { diagnostic, type Diagnostic } from '../language/diagnostics.ts';
import { nearestName } from '../language/nearest.ts';
import { isRunId } from '../runs/runId.ts';
import { runFiles } from '../runs/runWriter.ts';
import { storeFolders } from '../runs/runStore.ts';

/** The runs that are named and that keep no vectors beside the file, at the places that name them. */
export async function checkStartRuns(file: PtuneFile, path: string): Promise<Diagnostic[]> {
  const named = new Map<number, { id: string; span: Span }>();
  for (const prompt of file.prompts) {
    const place = trainPlace(prompt, file.settingSpans, 'init')?.value;
    const id = /^run:(.+)$/.exec(prompt.train.init)?.[1];
    if (prompt.kind === 'discrete' || prompt.from !== undefined || !place || id === undefined) {
      continue;
    }
    named.set(place.start, { id, span: place });
  }
  const { runs } = storeFolders(resolve(path));
  const found: Diagnostic[] = [];
  for (const { id, span } of named.values()) {
    if (isRunId(id) && (await isFile(join(runs, id, runFiles.prompt)))) continue;
    const nearest = nearestName(id, (await readdir(runs).catch(() => [])).filter(isRunId));
    const hint =
      nearest === undefined
        ? '"ptune runs list" names those that there are'
        : `Did you mean "${nearest}"?`;
    const folder = join(dirname(path), '.ptune', 'runs');
    const message = `There is no run "${id}" with vectors to start from in ${folder}. ${hint}`;
    const more = nearest === undefined ? {} : { data: { replacement: `run:${nearest}` } };
    found.push(diagnostic('prompt/no-run', span, message, more));
  }
  return found;
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
}
