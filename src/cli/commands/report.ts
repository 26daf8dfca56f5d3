/** `ptune report`: the report page as one file. */
import { basename, resolve } from 'node:path';
import { PtuneError } from '../../base/errors.ts';
import { readReport, reportPath } from '../../runs/reportFile.ts';
import { RunStore } from '../../runs/runStore.ts';
import { findRun } from '../../training/openRun.ts';
import { print } from '../output.ts';
import { writeReportPage } from '../reportFile.ts';

/** Writes the stored report of a `.ptune` file, or of the file that a run belongs to. */
export async function writeReport(what: string, html: string): Promise<number> {
  const path = what.endsWith('.ptune')
    ? reportPath(RunStore.forFile(resolve(what)).folders.reports, what)
    : await reportOfRun(what);
  const report = await readReport(path);
  if (!report) {
    throw new PtuneError(
      'run/not-found',
      `There is no report of "${basename(what)}" yet: ${path} does not exist.`,
      'Run "ptune train" or "ptune score" on the file first.',
    );
  }
  await writeReportPage(report, resolve(html));
  print(html);
  return 0;
}

async function reportOfRun(id: string): Promise<string> {
  const { store, manifest } = await findRun(id, process.cwd());
  return reportPath(store.folders.reports, manifest.file);
}
