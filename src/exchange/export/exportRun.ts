/** `ptune export`: a learned prompt as files that other programs read. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { PtuneError, throwIfCancelled } from '../../base/errors.ts';
import type { ExportReply, ExportRequest } from '../../protocol/exchange.ts';
import { parse } from '../../language/parser.ts';
import { atomicWrite } from '../../files/atomicWrite.ts';
import type { TrainingContext } from '../../training/context.ts';
import { findRun, type FoundRun } from '../../training/openRun.ts';
import type { ExportContent, ExportSource } from './exported.ts';
import { onnxExport } from './onnxExport.ts';
import { peftExport } from './peftAdapter.ts';
import { tokensExport } from './tokensExport.ts';
import { jsonExport, npyExport } from './vectorFiles.ts';

/**
 * Exports a run's prompt into a folder, which appears whole or not at all.
 *
 * @throws PtuneError those of reading the run and its model; `export/not-empty`;
 *   `export/not-possible` when the format cannot hold the prompt
 */
export async function exportRun(
  request: ExportRequest,
  context: TrainingContext,
): Promise<ExportReply> {
  const run = await findRun(request.run, request.from);
  const source = await exportSource(run);
  const output = resolve(request.from, request.output);
  await assertEmpty(output);
  const folder = join(dirname(output), `${basename(output)}.${randomUUID()}.tmp`);
  await mkdir(folder, { recursive: true });
  try {
    const content = await contentOf(source, request, folder, context);
    for (const file of content.files) await atomicWrite(join(folder, file.name), file.content);
    throwIfCancelled(context.signal);
    const names = await readdir(folder, { recursive: true, withFileTypes: true });
    // An empty folder may be there.
    await rmdir(output).catch(() => undefined);
    await rename(folder, output);
    const files = names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .map((name) => name.replaceAll('\\', '/'))
      .sort();
    return {
      run: run.manifest.id,
      format: request.format,
      output,
      files,
      warnings: content.warnings,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function contentOf(
  source: ExportSource,
  { format }: ExportRequest,
  folder: string,
  context: TrainingContext,
): Promise<ExportContent> {
  switch (format) {
    case 'json':
      return jsonExport(source);
    case 'npy':
      return npyExport(source);
    case 'peft':
      return peftExport(source, context);
    case 'onnx':
      return onnxExport(source, folder, context);
    case 'tokens':
      return tokensExport(source, folder, context);
  }
}

/** A run's prompt with its template. Throws `run/not-found` where it kept no vectors. */
export async function exportSource(run: FoundRun): Promise<ExportSource> {
  const { manifest } = run;
  const prompt = await run.store.readPrompt(manifest.id);
  // A template is read in a file; the name of the answer makes no difference to its places.
  const file = parse(`---\nanswer: answer\n---\n@prompt p\n${prompt.template}\n`);
  return {
    run,
    parts: file.prompts[0]?.parts ?? [],
    prompt,
    count: prompt.vectors.length / prompt.width,
    isDeep: manifest.settings['depth'] === 'deep',
  };
}

async function assertEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new PtuneError(
      'export/not-empty',
      `Nothing can be exported to ${folder}: ${message}.`,
      'Name a new or an empty folder.',
      error,
    );
  });
  if (names.length === 0) return;
  throw new PtuneError(
    'export/not-empty',
    `The folder ${folder} holds ${names.length === 1 ? `"${names[0]!}"` : `${names.length} files`} already.`,
    'Name a new or an empty folder.',
  );
}
