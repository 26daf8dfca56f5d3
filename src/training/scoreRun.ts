/** Scores one stored run by itself, as it was made, whatever the file says of its prompt now. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import { scoreOf } from '../evaluation/scores.ts';
import { parse } from '../language/parser.ts';
import { rerunText } from '../language/rerunText.ts';
import { FileHashes } from '../runs/fileHashes.ts';
import type { RunManifest } from '../runs/runManifest.ts';
import { writeRunScore } from '../runs/runScore.ts';
import { fileState, staleRun } from '../staleness/fileState.ts';
import type { TrainingContext } from './context.ts';
import { modelPlaces } from './hubModels.ts';
import type { FoundRun } from './openRun.ts';
import { PromptAnswers } from './promptAnswers.ts';
import { openPromptFile } from './promptFile.ts';
import { candidatesOf } from './scorePrompts.ts';

/**
 * Asks the model with a run's own template, settings and vectors, and keeps answers and score with
 * the run. That needs the data, the model and the settings that all prompts of the file share as they
 * were when it was trained.
 *
 * @returns why it cannot be scored, as a sentence; undefined when it was
 * @throws PtuneError `training/cancelled`
 */
export async function scoreRun(
  run: FoundRun,
  context: TrainingContext,
): Promise<string | undefined> {
  const { manifest, home } = run;
  const unfinished = unfinishedText(manifest);
  if (unfinished !== undefined) return unfinished;
  const path = join(home, manifest.file);
  const source = await readFile(path, 'utf8').catch(() => undefined);
  if (source === undefined) return lackText(manifest, 'file removed');
  const text = rerunText(parse(source), manifest);
  const places = modelPlaces(dirname(path), context.bundledModels);
  const state = await fileState(parse(text), path, { ...places, hashes: new FileHashes() });
  const lack = staleRun(manifest, state);
  if (lack !== undefined) return lackText(manifest, lack);
  try {
    await scoreAsTrained(run, path, text, context);
    return undefined;
  } catch (error) {
    if (!(error instanceof PtuneError) || error.kind === 'cancelled') throw error;
    return error.message;
  }
}

async function scoreAsTrained(
  { manifest, store, folder }: FoundRun,
  path: string,
  text: string,
  context: TrainingContext,
): Promise<void> {
  const open = await openPromptFile(path, text, context);
  try {
    const { id, seed, prompt } = manifest;
    context.emit({ type: 'scoring', prompt: prompt.name, split: 'test' });
    const asTrained = open.file.prompts.find(({ name }) => name === prompt.name)!;
    const kept = join(store.folders.reports, 'answers');
    const answers = new PromptAnswers(open, open.examples.test, kept, context);
    const { vectors } = await store.readPrompt(id);
    const { predictions } = await answers.of(asTrained, seed, vectors);
    await store.writePredictions(
      id,
      predictions.map((prediction) => ({ prompt: prompt.name, ...prediction })),
    );
    const { n, accuracy, interval, loss } = scoreOf([predictions]);
    const candidates = candidatesOf(open);
    await writeRunScore(folder, { split: 'test', n, accuracy, interval, loss, candidates });
  } finally {
    await open.model.release();
  }
}

/** Why a run that is not completed has no score; undefined for one that is. */
function unfinishedText({ id, status, file, reason }: RunManifest): string | undefined {
  switch (status) {
    case 'completed':
      return undefined;
    case 'running':
      return 'It is being trained.';
    case 'cancelled':
    case 'failed': {
      const why = reason === undefined ? status : `${status}: ${reason.replace(/\.$/, '')}`;
      return `It ended early (${why}). "ptune train ${file} --resume ${id}" goes on with it.`;
    }
  }
}

/** What is not as it was when the run was trained, and what can be done. */
function lackText({ file, model }: RunManifest, lack: string): string {
  switch (lack) {
    case 'file removed':
      return `${file}, which it belongs to, is not there.`;
    case 'settings changed':
      return `Settings of ${file} that all its prompts share have changed since: answer, labels, candidates or the like. Put them back to score it.`;
    case 'data changed':
      return `The data of ${file} have changed since. Put them back to score it.`;
    case 'data not found':
      return `The data of ${file} cannot be read.`;
    case 'model changed':
      return `The model ${model.id} has changed since. Put its files back to score it.`;
    case 'model not found':
      return `The model of ${file} is not on this machine.`;
    default:
      return `Its template is not read as it was (${lack}). Train the prompt again.`;
  }
}
