/** `ptune report`: the report page as one file. */
import { basename, join, resolve } from 'node:path';
import { PtuneError } from '../../base/errors.ts';
import { listed } from '../../base/format.ts';
import { readReport, reportPath } from '../../runs/reportFile.ts';
import { RunStore } from '../../runs/runStore.ts';
import { staleScores } from '../../staleness/reportStaleness.ts';
import { FileStates } from '../../training/fileStates.ts';
import { findRun } from '../../training/openRun.ts';
import { bundledModels } from '../environment.ts';
import { note, print } from '../output.ts';
import { writeReportPage } from '../reportFile.ts';

/** A stored report and the `.ptune` file that it is about. */
interface Place {
  readonly report: string;
  readonly file: string;
}

/**
 * Writes the stored report of a `.ptune` file, or of the file that a run belongs to. Scores that no
 * longer belong to the file as it is now are marked on the page and named in a warning.
 */
export async function writeReport(what: string, html: string): Promise<number> {
  const { report: path, file } = what.endsWith('.ptune') ? placeOf(what) : await placeOfRun(what);
  const report = await readReport(path);
  if (!report) {
    throw new PtuneError(
      'run/not-found',
      `There is no report of "${basename(what)}" yet: ${path} does not exist.`,
      'Run "ptune train" or "ptune score" on the file first.',
    );
  }
  const stale = staleScores(report, await new FileStates(bundledModels).of(file));
  for (const text of warningsOf(stale, basename(file))) note(`warning: ${text}`);
  await writeReportPage(report, resolve(html), stale);
  print(html);
  return 0;
}

function placeOf(file: string): Place {
  const path = resolve(file);
  return { report: reportPath(RunStore.forFile(path).folders.reports, path), file: path };
}

async function placeOfRun(id: string): Promise<Place> {
  const { store, manifest, home } = await findRun(id, process.cwd());
  return {
    report: reportPath(store.folders.reports, manifest.file),
    file: join(home, manifest.file),
  };
}

/** One sentence for each reason, with the prompts whose scores are stale for it. */
function warningsOf(stale: Readonly<Record<string, string>>, file: string): string[] {
  const reasons = [...new Set(Object.values(stale))];
  return reasons.map((reason) => {
    const prompts = Object.entries(stale).filter(([, own]) => own === reason);
    const names = prompts.map(([name]) => `"${name}"`);
    const scores = names.length === 1 ? 'The score' : 'The scores';
    const verb = names.length === 1 ? 'is' : 'are';
    return `${scores} of ${listed(names)} ${verb} stale: ${reason} since. The page says so; "ptune score ${file}" makes new ones.`;
  });
}
