/** Opens a finished run again: its vectors, and the model and file that it belongs to. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import type { PromptEncoding } from '../encoding/encodePrompt.ts';
import { PromptModel } from '../evaluation/promptModel.ts';
import { rankCandidates, type AnswerScores } from '../evaluation/predict.ts';
import type { LocatedModel } from '../hub/locate.ts';
import type { ModelChoice } from '../hub/modelParts.ts';
import { openModel } from '../hub/openModel.ts';
import type { Prompt, PtuneFile } from '../language/ast.ts';
import { parse } from '../language/parser.ts';
import { FileHashes } from '../runs/fileHashes.ts';
import { hashModel, templateHash } from '../runs/fingerprint.ts';
import { runFolders } from '../runs/runFolders.ts';
import type { RunManifest } from '../runs/runManifest.ts';
import { RunStore, type StoredRun } from '../runs/runStore.ts';
import type { TrainingContext } from './context.ts';
import { findModel, modelChoiceOf } from './hubModels.ts';
import { openPromptFile, type OpenPromptFile } from './promptFile.ts';

/** A run with its store. */
export interface FoundRun extends StoredRun {
  readonly store: RunStore;
  /** The folder of the `.ptune` file, as far as the run's place tells. */
  readonly home: string;
}

/**
 * The run with an id, or in a folder.
 *
 * @param where  a run's folder, or its id: then `.ptune/runs` of `from` and of folders in it are tried
 * @throws PtuneError `run/not-found`, `run/unreadable`, `run/newer-format`
 */
export async function findRun(where: string, from: string): Promise<FoundRun> {
  const folder = existsSync(join(where, 'run.json'))
    ? resolve(where)
    : await runFolder(where, from);
  if (folder === undefined) {
    throw new PtuneError(
      'run/not-found',
      `There is no run "${where}" in ${from}.`,
      'List the runs with "ptune runs list", or give the path of the run\'s folder.',
    );
  }
  const runs = dirname(folder);
  const inStore = basename(dirname(runs)) === '.ptune';
  const store = new RunStore({ runs, reports: inStore ? join(dirname(runs), 'reports') : runs });
  const run = await store.read(basename(folder));
  return { ...run, store, home: inStore ? dirname(dirname(runs)) : from };
}

async function runFolder(id: string, from: string): Promise<string | undefined> {
  return (await runFolders(from))
    .map((runs) => join(runs, id))
    .find((folder) => existsSync(join(folder, 'run.json')));
}

/**
 * The model of a run.
 *
 * @throws PtuneError those of finding and opening a model; `run/unreadable` when it is no longer the
 *   model that the run was trained on
 */
export async function openRunModel(run: FoundRun, context: TrainingContext): Promise<PromptModel> {
  const located = await locateRunModel(run, context);
  assertSameModel(run, await hashModel(located.folder, located.files, new FileHashes()));
  return new PromptModel(await openModel(located), context.threads);
}

/** Where the model of a run lies; whether it is still the same is not looked at. */
export async function locateRunModel(
  run: FoundRun,
  context: TrainingContext,
): Promise<LocatedModel> {
  return findModel(await modelChoice(run), run.home, context);
}

/** The model as the `.ptune` file names it, which says more than the id that the run has. */
async function modelChoice({ manifest, home }: FoundRun): Promise<ModelChoice> {
  const text = await readFile(join(home, manifest.file), 'utf8').catch(() => '');
  const model = modelChoiceOf(parse(text));
  return model?.id === manifest.model.id ? model : { id: manifest.model.id };
}

function assertSameModel({ manifest }: FoundRun, hash: string): void {
  if (manifest.model.sha256 === hash) return;
  throw new PtuneError(
    'run/unreadable',
    `The model "${manifest.model.id}" has changed since run ${manifest.id} was trained on it.`,
    'Train the prompt again, or put the files of the model back.',
  );
}

/** A run's prompt in its `.ptune` file, ready to be asked. Release the model when done. */
export interface OpenRun {
  readonly open: OpenPromptFile;
  readonly encoding: PromptEncoding;
  /** float32 [P, D] */
  readonly vectors: Float32Array;
}

/**
 * Opens the `.ptune` file of a run with its data and model.
 *
 * @throws PtuneError those of opening them; `file/no-such-prompt` when the file no longer has the
 *   prompt as it was trained; `run/unreadable` when the model is another
 */
export async function openRun(run: FoundRun, context: TrainingContext): Promise<OpenRun> {
  const { manifest, store, home } = run;
  const open = await openPromptFile(join(home, manifest.file), undefined, context);
  try {
    const prompt = promptAsTrained(open.file, manifest);
    assertSameModel(run, open.modelHash);
    const { vectors } = await store.readPrompt(manifest.id);
    return { open, encoding: open.encodingOf(prompt, manifest.seed), vectors };
  } catch (error) {
    await open.model.release();
    throw error;
  }
}

/**
 * The prompt of a file as a run was trained with it.
 *
 * @throws PtuneError `file/no-such-prompt` when the file no longer has it
 */
export function promptAsTrained({ prompts }: PtuneFile, manifest: RunManifest): Prompt {
  const isSame = (prompt: Prompt) => templateHash(prompt) === manifest.hashes.template;
  const named = prompts.find((prompt) => prompt.name === manifest.prompt.name);
  if (named && isSame(named)) return named;
  // Under another name it is the same prompt.
  const renamed = named ? [] : prompts.filter(isSame);
  if (renamed.length === 1) return renamed[0]!;
  throw new PtuneError(
    'file/no-such-prompt',
    `"${manifest.file}" no longer has the prompt "${manifest.prompt.name}" as run ${manifest.id} was trained with it.`,
    'Train the prompt again.',
  );
}

/**
 * The candidates' scores for one input, best first, under a run's prompt.
 *
 * @param input  the values of the prompt's slots
 * @throws PtuneError those of `openRun`; `cli/usage` when a slot has no value
 */
export async function predictWithRun(
  run: FoundRun,
  input: Readonly<Record<string, string>>,
  context: TrainingContext,
): Promise<AnswerScores[]> {
  const { open, encoding, vectors } = await openRun(run, context);
  try {
    const missing = encoding.prompt.parts.flatMap((part) =>
      part.kind === 'slot' && input[part.column] === undefined ? [part.column] : [],
    );
    if (missing.length > 0) {
      throw new PtuneError(
        'cli/usage',
        `The input has no "${missing.join('", "')}", which the template uses; it has ${Object.keys(input).join(', ') || 'nothing'}.`,
        `Give every slot: --input '{"${missing[0]!}": "…"}'.`,
      );
    }
    return await rankCandidates(
      {
        model: open.model,
        encoding,
        vectors: encoding.vectorsOf(vectors),
        candidates: open.candidates,
      },
      { index: 0, row: input, answer: '', source: 'the input' },
    );
  } finally {
    await open.model.release();
  }
}
