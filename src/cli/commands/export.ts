/** `ptune export`: a learned prompt as files that other programs read. */
import { relative } from 'node:path';
import { exportRun } from '../../exchange/export/exportRun.ts';
import type { ExportFormat } from '../../protocol/exchange.ts';
import { quietContext } from '../environment.ts';
import { findRun } from '../../training/openRun.ts';
import { note, print, printJson, type Output } from '../output.ts';
import { warnOfStaleRun } from '../staleRun.ts';

export interface ExportOptions {
  readonly format: ExportFormat;
  readonly output: string;
}

/** Exports a run into a folder. */
export async function exportPrompt(
  run: string,
  options: ExportOptions,
  output: Output,
): Promise<number> {
  const { format, output: folder } = options;
  const from = process.cwd();
  const reply = await exportRun({ run, format, output: folder, from }, quietContext());
  await warnOfStaleRun(await findRun(run, from));
  for (const warning of reply.warnings) note(`warning: ${warning}`);
  if (output.json) {
    printJson(reply);
    return 0;
  }
  print(`${relative(from, reply.output) || '.'}: ${reply.files.join(', ')}`);
  return 0;
}
