/** `ptune importance`: how much of a learned prompt's score each of its virtual tokens carries. */
import { join } from 'node:path';
import { PtuneError } from '../../base/errors.ts';
import { shortList } from '../../base/shortList.ts';
import type { Example } from '../../data/examples.ts';
import { predict } from '../../evaluation/predict.ts';
import type { PromptModel } from '../../evaluation/promptModel.ts';
import { vocabularyTexts } from '../../evaluation/reading/tokenKinds.ts';
import { scoreChange } from '../../evaluation/scoreChange.ts';
import { middleSeed, scoreOf, shareRight } from '../../evaluation/scores.ts';
import type { Prompt } from '../../language/ast.ts';
import type {
  Exchange,
  ImportanceRequest,
  ImportanceResult,
  PromptImportance,
  TokenImportance,
} from '../../protocol/importance.ts';
import { withInsights } from '../../protocol/insights.ts';
import { readReport, writeReport } from '../../runs/reportFile.ts';
import { RunStore } from '../../runs/runStore.ts';
import type { TrainingContext } from '../../training/context.ts';
import { PromptAnswers } from '../../training/promptAnswers.ts';
import { openPromptFile, type OpenPromptFile } from '../../training/promptFile.ts';
import { scoredRuns, type RunWithVectors } from '../../training/scoredRuns.ts';
import { scorePrompts } from '../../training/scorePrompts.ts';
import { assertStoredFit } from '../../training/storedPrompt.ts';
import { StepProgress } from '../stepProgress.ts';
import { exchanged, meanRow, replaced } from './ablation.ts';
import { importanceSentences } from './importanceSentences.ts';

const defaultExamples = 100;

/** Prompts with more virtual tokens have too many pairs; only neighbors of theirs are exchanged. */
const allPairsUpTo = 25;

/**
 * Leaves out each virtual token of a learned prompt, and exchanges each pair, on test examples; keeps
 * the result in the file's report.
 *
 * @throws PtuneError as `openPromptFile` does; `file/no-such-prompt`; `run/not-found` where the prompt
 *   or the seed was not trained; `training/cancelled`
 */
export async function measureImportance(
  request: ImportanceRequest,
  context: TrainingContext,
): Promise<ImportanceResult> {
  const open = await openPromptFile(request.path, request.text, context);
  try {
    await assertStoredFit(open);
    const prompt = chosenPrompt(open, request.prompt);
    const store = RunStore.forFile(open.path);
    const { report: path } = await scorePrompts(open, open.file.prompts, 'test', store, context);
    const run = await chosenRun(open, prompt, store, request.seed, context);
    const importance = await importanceOf(open, prompt, run, request.examples, context);
    const report = (await readReport(path!))!;
    const insights = withInsights(report.insights, { importance: [importance] });
    await writeReport(path!, { ...report, insights });
    return { type: 'importance', file: open.name, importance };
  } finally {
    await open.model.release();
  }
}

function chosenPrompt({ file }: OpenPromptFile, name: string | undefined): Prompt {
  const learned = file.prompts.filter(({ kind }) => kind === 'continuous');
  const prompt = learned.find((one) => name === undefined || one.name === name);
  if (prompt) return prompt;
  const known = shortList(learned.map((one) => `"${one.name}"`));
  throw new PtuneError(
    'file/no-such-prompt',
    `The file has no prompt ${name === undefined ? '' : `"${name}" `}with virtual tokens.`,
    known === '' ? 'Put virtual tokens, {*3}, into a prompt.' : `It has ${known}.`,
  );
}

/** The run of a seed, or the middle one. */
async function chosenRun(
  open: OpenPromptFile,
  prompt: Prompt,
  store: RunStore,
  seed: number | undefined,
  context: TrainingContext,
): Promise<RunWithVectors> {
  const answers = new PromptAnswers(
    open,
    open.examples.test,
    join(store.folders.reports, 'answers'),
    context,
  );
  const scored = await scoredRuns({ open, split: 'test', store, answers, context }, prompt);
  const missing = (reason: string, nextStep: string) =>
    new PtuneError(
      'run/not-found',
      `"${prompt.name}" has no vectors to look at: ${reason}.`,
      nextStep,
    );
  if (typeof scored === 'string') throw missing(scored, 'Train it, then ask again.');
  const { runs } = scored;
  if (seed === undefined) {
    return runs[middleSeed(runs.map(({ run }) => shareRight(run.predictions)))]!;
  }
  const chosen = runs.find(({ run }) => run.seed === seed);
  if (chosen) return chosen;
  const seeds = runs.map(({ run }) => run.seed).join(', ');
  throw missing(`it was not trained with seed ${seed}`, `Seeds that were trained: ${seeds}.`);
}

async function importanceOf(
  open: OpenPromptFile,
  prompt: Prompt,
  { run, vectors }: RunWithVectors,
  most: number = defaultExamples,
  context: TrainingContext,
): Promise<PromptImportance> {
  const started = context.now();
  const encoding = open.encodingOf(prompt, run.seed);
  const { tokens } = encoding.virtual;
  const count = tokens.length;
  const width = vectors.length / count;
  const examples = spreadOver(open.examples.test, most);
  const answer = (data: Float32Array) =>
    predict(
      {
        model: open.model,
        encoding,
        vectors: encoding.vectorsOf(data),
        candidates: open.candidates,
        signal: context.signal,
      },
      examples,
    );
  const pairs = pairsOf(count);
  const canBeLeftOut = !encoding.isDeep || count > 1;
  const left = canBeLeftOut ? count : 0;
  const title = `Importance of ${prompt.name}`;
  const progress = new StepProgress(title, 1 + left + pairs.length, context);
  const before = await answer(vectors);
  progress.step();
  const changeTo = async (data: Float32Array) => {
    const change = scoreChange(before, await answer(data));
    progress.step();
    return change;
  };
  const stand = encoding.isDeep ? undefined : await vocabularyMean(open.model);
  const without: TokenImportance[] = [];
  for (let index = 0; index < left; index++) {
    const { name } = tokens[index]!;
    const nearest = run.virtualTokens[index]?.nearest[0]?.token;
    const other = stand ?? meanRow(vectors, width, (row) => row !== index);
    without.push({
      index,
      ...(name !== undefined && { name }),
      ...(nearest !== undefined && { nearest }),
      without: await changeTo(replaced(vectors, index, other)),
    });
  }
  const exchanges: Exchange[] = [];
  for (const [first, second] of pairs) {
    const data = exchanged(vectors, width, first, second);
    exchanges.push({ first, second, exchanged: await changeTo(data) });
  }
  const { accuracy, loss } = scoreOf([before]);
  const facts = {
    prompt: prompt.name,
    run: run.run,
    seed: run.seed,
    examples: examples.length,
    available: open.examples.test.length,
    replacement: encoding.isDeep ? ('others' as const) : ('vocabulary' as const),
    accuracy,
    loss,
    tokens: without,
    exchanges,
    neighborsOnly: count > allPairsUpTo,
    seconds: (context.now() - started) / 1000,
    fingerprint: await open.fingerprint(prompt),
  };
  return { ...facts, sentences: importanceSentences(facts) };
}

/** At most `most` of the examples, at equal distances. */
function spreadOver(examples: readonly Example[], most: number): readonly Example[] {
  const count = Math.min(most, examples.length);
  return Array.from(
    { length: count },
    (_, i) => examples[Math.floor((i * examples.length) / count)]!,
  );
}

function pairsOf(count: number): readonly (readonly [number, number])[] {
  const last = (first: number) => (count > allPairsUpTo ? Math.min(first + 2, count) : count);
  return Array.from({ length: count }, (_, first) =>
    Array.from(
      { length: Math.max(0, last(first) - first - 1) },
      (__, i) => [first, first + 1 + i] as const,
    ),
  ).flat();
}

/** The mean of the embeddings of all tokens that stand for text: says nothing in particular. */
async function vocabularyMean(model: PromptModel): Promise<Float32Array> {
  const { tokenizer } = model.open;
  const { unreadable } = vocabularyTexts(tokenizer);
  const table = await model.embeddingTable();
  return meanRow(table, model.width, (id) => id < tokenizer.vocabularySize && !unreadable.has(id));
}
