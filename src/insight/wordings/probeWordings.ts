/** `ptune probe`: how much the score of a prompt in words depends on the words. */
import { PtuneError } from '../../base/errors.ts';
import { shortList } from '../../base/shortList.ts';
import { spreadOf } from '../../evaluation/spread.ts';
import { baselinePrompt, type Prompt, type TemplatePart } from '../../language/ast.ts';
import { printTemplate } from '../../language/printTemplate.ts';
import { withInsights } from '../../protocol/insights.ts';
import type { Report } from '../../protocol/report.ts';
import type {
  ProbeRequest,
  ProbeResult,
  SeedSpread,
  WordingProbe,
  WordingScore,
} from '../../protocol/wordings.ts';
import { readReport, writeReport } from '../../runs/reportFile.ts';
import { RunStore } from '../../runs/runStore.ts';
import type { TrainingContext } from '../../training/context.ts';
import { openPromptFile, type OpenPromptFile } from '../../training/promptFile.ts';
import { scorePrompts } from '../../training/scorePrompts.ts';
import { assertStoredFit } from '../../training/storedPrompt.ts';
import { byScore, SplitScores } from '../splitScores.ts';
import { StepProgress } from '../stepProgress.ts';
import { nearWords } from './nearWords.ts';
import { probeSentences } from './probeSentences.ts';
import { wordingsOf, wordsOf, type Wording } from './wordings.ts';

const defaultVariants = 32;

/**
 * Scores variants of discrete prompts on the validation and the test split, beside the seeds of the
 * file's learned prompts, and keeps the result in the file's report.
 *
 * @throws PtuneError as `openPromptFile` does; `file/no-such-prompt`; `training/cancelled`
 */
export async function probeWordings(
  request: ProbeRequest,
  context: TrainingContext,
): Promise<ProbeResult> {
  const open = await openPromptFile(request.path, request.text, context);
  try {
    await assertStoredFit(open);
    const prompts = chosenPrompts(open, request.prompts);
    const store = RunStore.forFile(open.path);
    // The seeds stand beside the wordings, and the report that both go into belongs to this text.
    const { report: path } = await scorePrompts(open, open.file.prompts, 'test', store, context);
    const report = (await readReport(path!))!;
    const scores = new SplitScores(open, store, context);
    const probes: WordingProbe[] = [];
    for (const prompt of prompts) {
      probes.push(await probe(open, prompt, request, report, scores, context));
    }
    await scores.prune();
    const insights = withInsights(report.insights, { wordings: probes });
    await writeReport(path!, { ...report, insights });
    return { type: 'probe', file: open.name, candidates: report.candidates, probes };
  } finally {
    await open.model.release();
  }
}

function chosenPrompts(
  { file }: OpenPromptFile,
  names: readonly string[] | undefined,
): readonly Prompt[] {
  const discrete = file.prompts.filter(({ kind }) => kind === 'discrete');
  const baseline = baselinePrompt(file);
  const usual = discrete.find((prompt) => prompt === baseline) ?? discrete[0];
  const known = shortList(discrete.map(({ name }) => `"${name}"`));
  const missing = (message: string) =>
    new PtuneError(
      'file/no-such-prompt',
      message,
      known === '' ? 'Add a prompt without virtual tokens.' : `Prompts in words: ${known}.`,
    );
  if (names === undefined) {
    if (usual) return [usual];
    throw missing('The file has no prompt in words whose wordings could be probed.');
  }
  return names.map((name) => {
    const prompt = discrete.find((one) => one.name === name);
    if (prompt) return prompt;
    throw missing(
      file.prompts.some((one) => one.name === name)
        ? `The prompt "${name}" has virtual tokens, and only words have other wordings.`
        : `The file has no prompt "${name}".`,
    );
  });
}

async function probe(
  open: OpenPromptFile,
  prompt: Prompt,
  { variants = defaultVariants, seed = 1 }: ProbeRequest,
  report: Report,
  scores: SplitScores,
  context: TrainingContext,
): Promise<WordingProbe> {
  const variantsOfIt = await variantsOf(open, prompt, variants, seed);
  const total = variantsOfIt.length + 1;
  const progress = new StepProgress(`Probing ${prompt.name}`, total, context);
  const written = { change: 'as written', template: prompt.templateText };
  const wordings: WordingScore[] = [{ ...written, ...(await scores.of(prompt)) }];
  progress.step();
  for (const { kind, change, parts } of variantsOfIt) {
    const template = printTemplate(parts);
    const own = await scoresIfShort(scores, { ...prompt, parts, templateText: template });
    if (own) wordings.push({ kind, change, template, ...own });
    progress.step();
  }
  const [first, ...others] = wordings;
  const all = [first!, ...others.sort((a, b) => byScore(a.test, b.test))];
  const { validation, test } = open.examples;
  const facts = {
    prompt: prompt.name,
    seed,
    examples: { validation: validation.length, test: test.length },
    wordings: all,
    spread: spreadOf(all.map((one) => one.test.accuracy)),
    best: leading(all, (a, b) => byScore(a.test, b.test)),
    worst: leading(all, (a, b) => byScore(b.test, a.test)),
    chosen: leading(all, (a, b) => byScore(a.validation, b.validation)),
    tooLong: total - all.length,
    learned: learnedSpreads(report),
    fingerprint: await open.fingerprint(prompt),
  };
  return { ...facts, sentences: probeSentences(facts) };
}

/** Variants that the model reads differently, its near words among them. */
async function variantsOf(
  open: OpenPromptFile,
  prompt: Prompt,
  count: number,
  seed: number,
): Promise<readonly Wording[]> {
  const { lm } = open.model.open;
  const answerLast = lm.causal && !lm.encoder;
  const near = await nearWords(open.model, wordsOf(prompt, answerLast));
  const example = open.examples.test[0]!;
  const readingOf = (parts: readonly TemplatePart[]): string => {
    const encoding = open.encodingOf({ ...prompt, parts }, seed);
    const { ids, decoderIds } = encoding.encode(example, encoding.answerIds(example.answer));
    return [ids, decoderIds].join('|');
  };
  return wordingsOf(prompt, { seed, count, answerLast, near, readingOf });
}

/** The scores of a variant; undefined where it is longer than the model reads. */
async function scoresIfShort(
  scores: SplitScores,
  prompt: Prompt,
): Promise<Awaited<ReturnType<SplitScores['of']>> | undefined> {
  try {
    return await scores.of(prompt);
  } catch (error) {
    if (error instanceof PtuneError && error.code === 'data/too-long') return undefined;
    throw error;
  }
}

/** The place of the one that comes first; of equal ones the first. */
function leading<T>(items: readonly T[], order: (a: T, b: T) => number): number {
  return items.reduce((place, item, i) => (order(item, items[place]!) < 0 ? i : place), 0);
}

/** What each learned prompt's seeds answer right. */
function learnedSpreads({ prompts }: Report): SeedSpread[] {
  return prompts.flatMap(({ summary: { name, seeds } }) =>
    seeds
      ? [
          {
            prompt: name,
            seeds: seeds.map(({ seed, accuracy }) => ({ seed, accuracy })),
            spread: spreadOf(seeds.map(({ accuracy }) => accuracy)),
          },
        ]
      : [],
  );
}
