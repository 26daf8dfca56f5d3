/**
 * A `.ptune` file whose prompts are asked again and again: its data, model, vectors and prepared
 * graphs stay in memory as long as nothing of it changes.
 */
import { stat } from 'node:fs/promises';
import { PtuneError } from '../../base/errors.ts';
import { rankCandidates } from '../../evaluation/predict.ts';
import type { Prompt } from '../../language/ast.ts';
import type { TriedPrompt, TryRequest, TryResult } from '../../protocol/tryInput.ts';
import { readReport, reportPath } from '../../runs/reportFile.ts';
import { RunStore } from '../../runs/runStore.ts';
import type { TrainingContext } from '../../training/context.ts';
import { currentRuns } from '../../training/currentRuns.ts';
import { openPromptFile, type OpenPromptFile } from '../../training/promptFile.ts';
import { storedPrompt } from '../../training/storedPrompt.ts';

/** Answers that are told of each prompt. */
const answersShown = 5;

/** A prompt with what it takes to ask it, or why it cannot be asked. */
interface Askable {
  readonly prompt: Prompt;
  readonly seed?: number;
  readonly vectors?: Float32Array;
  readonly reason?: string;
}

interface Warm {
  /** What the rest was made from. */
  readonly key: string;
  readonly path: string;
  readonly open: OpenPromptFile;
  readonly prompts: readonly Askable[];
}

/** Asks the prompts of one file at a time. */
export class WarmFile {
  #warm: Warm | undefined;

  /**
   * Every prompt's likeliest answers to one input.
   *
   * @throws PtuneError as `openPromptFile` does; `training/cancelled`
   */
  async ask(request: TryRequest, context: TrainingContext): Promise<TryResult> {
    const { open, prompts } = await this.#warmed(request, context);
    const started = context.now();
    const tried: TriedPrompt[] = [];
    for (const one of prompts) tried.push(await ask(open, one, request.input, context));
    const milliseconds = context.now() - started;
    return { candidates: open.candidates.kind, prompts: tried, milliseconds };
  }

  /** Frees the memory. */
  async release(): Promise<void> {
    const warm = this.#warm;
    this.#warm = undefined;
    await warm?.open.model.release();
  }

  async #warmed(request: TryRequest, context: TrainingContext): Promise<Warm> {
    const known = this.#warm;
    if (known?.path === request.path && known.key === (await keyOf(request, known.open))) {
      return known;
    }
    await this.release();
    const open = await openPromptFile(request.path, request.text, context);
    try {
      const store = RunStore.forFile(open.path);
      const prompts: Askable[] = [];
      for (const prompt of open.file.prompts) prompts.push(await askable(open, prompt, store));
      const key = await keyOf(request, open);
      this.#warm = { key, path: request.path, open, prompts };
      return this.#warm;
    } catch (error) {
      await open.model.release();
      throw error;
    }
  }
}

/** What the answers depend on: the text, and the files as far as their times and sizes tell. */
async function keyOf({ path, text }: TryRequest, open: OpenPromptFile): Promise<string> {
  const { folders } = RunStore.forFile(open.path);
  const { folder, graphFolder } = open.model.open;
  const paths = [
    ...(text === undefined ? [path] : []),
    ...open.examples.files,
    folders.runs,
    reportPath(folders.reports, open.path),
    folder,
    graphFolder,
  ];
  const states = await Promise.all(
    paths.map(async (one) => {
      const found = await stat(one).catch(() => undefined);
      return found ? `${found.mtimeMs} ${found.size}` : 'none';
    }),
  );
  return JSON.stringify([text, states]);
}

/** A prompt with its vectors: of several seeds the one that the report shows, else the first. */
async function askable(open: OpenPromptFile, prompt: Prompt, store: RunStore): Promise<Askable> {
  if (prompt.kind === 'discrete') return { prompt };
  try {
    if (prompt.from !== undefined) return { prompt, vectors: await storedPrompt(open, prompt) };
    const { runs, lack } = await currentRuns(open, prompt, store);
    const report = await readReport(reportPath(store.folders.reports, open.path)).catch(
      () => undefined,
    );
    const middle = report?.prompts.find(({ summary }) => summary.name === prompt.name)?.middleSeed;
    const run = runs.find(({ seed }) => seed === middle) ?? runs[0];
    if (!run) return { prompt, reason: `${lack!}. Train it to ask it` };
    const { vectors } = await store.readPrompt(run.id);
    return { prompt, seed: run.seed, vectors };
  } catch (error) {
    return { prompt, reason: reasonOf(error) };
  }
}

async function ask(
  open: OpenPromptFile,
  { prompt, seed, vectors, reason }: Askable,
  input: TryRequest['input'],
  context: TrainingContext,
): Promise<TriedPrompt> {
  const about = { prompt: prompt.name, ...(seed !== undefined && { seed }) };
  if (reason !== undefined) return { ...about, answers: [], reason };
  const empty = emptySlots(prompt, input);
  if (empty.length > 0) return { ...about, answers: [], reason: `${empty.join(', ')} is empty` };
  const encoding = open.encodingOf(prompt, seed ?? prompt.train.seeds[0] ?? 1);
  try {
    const ranked = await rankCandidates(
      {
        model: open.model,
        encoding,
        vectors: vectors && encoding.vectorsOf(vectors),
        candidates: open.candidates,
        signal: context.signal,
      },
      { index: 0, row: input, answer: '', source: 'the input' },
    );
    const answers = ranked
      .slice(0, answersShown)
      .map(({ candidate, probability }) => ({ answer: candidate, probability }));
    return { ...about, answers };
  } catch (error) {
    return { ...about, answers: [], reason: reasonOf(error) };
  }
}

/** Columns of a prompt's slots that the input leaves empty. */
function emptySlots({ parts }: Prompt, input: TryRequest['input']): string[] {
  const columns = parts.flatMap((part) =>
    part.kind === 'slot' && (input[part.column] ?? '').trim() === '' ? [part.column] : [],
  );
  return [...new Set(columns)];
}

/** What went wrong with one prompt; the others answer all the same. Being stopped concerns all. */
function reasonOf(error: unknown): string {
  if (!(error instanceof PtuneError) || error.kind === 'cancelled' || error.kind === 'bug') {
    throw error;
  }
  return [error.message, error.nextStep].join(' ').trim().replace(/\.$/, '');
}
