/** Which formats a prompt can leave in, told before anything is opened or written. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PtuneError } from '../../base/errors.ts';
import { parse } from '../../language/parser.ts';
import {
  exportFormats,
  type ExportChoice,
  type ExportFormat,
  type ExportRequest,
} from '../../protocol/exchange.ts';
import type { TrainingContext } from '../../training/context.ts';
import { findRun, locateRunModel, promptAsTrained } from '../../training/openRun.ts';
import type { ExportSource } from './exported.ts';
import { exportSource } from './exportRun.ts';
import { assertOneGraph } from './onnxExport.ts';
import { assertLeading } from './peftAdapter.ts';
import { assertEmbedded } from './tokensExport.ts';

/**
 * Every format, with the reason where the prompt cannot leave in it. What only the opened model tells,
 * such as a table of embeddings of 4 bits, the export itself says.
 *
 * @throws PtuneError those of reading the run
 */
export async function exportChoices(
  request: Pick<ExportRequest, 'run' | 'from'>,
  context: TrainingContext,
): Promise<ExportChoice[]> {
  const run = await findRun(request.run, request.from);
  const source = await exportSource(run);
  const choices: ExportChoice[] = [];
  for (const format of exportFormats) {
    const refusal = await refusalOf(format, source, context);
    choices.push({ format, ...(refusal !== undefined && { refusal }) });
  }
  return choices;
}

async function refusalOf(
  format: ExportFormat,
  source: ExportSource,
  context: TrainingContext,
): Promise<string | undefined> {
  try {
    await assertPossible(format, source, context);
    return undefined;
  } catch (error) {
    if (error instanceof PtuneError && error.kind !== 'bug') return error.message;
    throw error;
  }
}

async function assertPossible(
  format: ExportFormat,
  source: ExportSource,
  context: TrainingContext,
): Promise<void> {
  if (format === 'json' || format === 'npy') return;
  if (format === 'peft') await assertLeading(source);
  if (format === 'tokens') assertEmbedded(source);
  const { run } = source;
  const located = await locateRunModel(run, context);
  if (format === 'peft') return;
  const text = await readFile(join(run.home, run.manifest.file), 'utf8').catch(() => '');
  const file = parse(text);
  const prompt = promptAsTrained(file, run.manifest);
  if (format !== 'onnx') return;
  assertOneGraph(source, {
    prompt,
    generates: file.settings.candidates.kind === 'generate',
    hasEncoder: located.encoderFile !== undefined,
  });
}
