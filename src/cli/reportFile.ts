/** The report as one self-contained page. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderReportPage } from '../protocol/reportPage.ts';
import { splitReport } from '../protocol/report.ts';
import type { FullReport } from '../protocol/report.ts';
import { packExamples } from '../runs/reportFile.ts';
import { atomicWrite } from '../files/atomicWrite.ts';
import { packageFolder } from './environment.ts';

/**
 * Writes the page that shows `report`, with its script and styles inside.
 *
 * @param stale  by prompt name, why its score no longer belongs to the file
 */
export async function writeReportPage(
  full: FullReport,
  path: string,
  stale: Readonly<Record<string, string>> = {},
): Promise<void> {
  const part = (name: string) => ({
    text: readFileSync(join(packageFolder, 'dist', name), 'utf8'),
  });
  const [report, table] = splitReport(full);
  const content = { report, stale, examples: await packExamples(table) };
  const page = renderReportPage(content, {
    script: part('report.js'),
    style: part('report.css'),
    // The page lies in a file of its own: the nonce only has to be there.
    nonce: 'ptune',
    host: 'browser',
  });
  await atomicWrite(path, page);
}
