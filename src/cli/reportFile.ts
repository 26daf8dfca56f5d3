/** The report as one self-contained page. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderReportPage } from '../protocol/reportPage.ts';
import type { Report } from '../protocol/report.ts';
import { atomicWrite } from '../files/atomicWrite.ts';
import { packageFolder } from './environment.ts';

/** Writes the page that shows `report`, with its script and styles inside. */
export async function writeReportPage(report: Report, path: string): Promise<void> {
  const part = (name: string) => ({
    text: readFileSync(join(packageFolder, 'dist', name), 'utf8'),
  });
  const page = renderReportPage(report, {
    script: part('report.js'),
    style: part('report.css'),
    // The page lies in a file of its own: the nonce only has to be there.
    nonce: 'ptune',
    host: 'browser',
  });
  await atomicWrite(path, page);
}
