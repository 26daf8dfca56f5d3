/** `ptune search`: words that do what a learned prompt does, for programs that take only words. */
import { PtuneError, throwIfCancelled } from '../../base/errors.ts';
import { shortList } from '../../base/shortList.ts';
import { Random } from '../../base/random.ts';
import type { Prompt } from '../../language/ast.ts';
import { printTemplate } from '../../language/printTemplate.ts';
import { withInsights } from '../../protocol/insights.ts';
import type {
  SearchEvent,
  SearchMethod,
  SearchRequest,
  SearchResult,
} from '../../protocol/wordSearch.ts';
import { readReport, writeReport } from '../../runs/reportFile.ts';
import { RunStore } from '../../runs/runStore.ts';
import type { TrainingContext } from '../../training/context.ts';
import { openPromptFile, type OpenPromptFile } from '../../training/promptFile.ts';
import { scorePrompts } from '../../training/scorePrompts.ts';
import { assertStoredFit } from '../../training/storedPrompt.ts';
import { SplitScores } from '../splitScores.ts';
import type { Found, Search } from './method.ts';
import { beamSearch } from './nearestBeam.ts';
import { projectionSearch } from './projectedTraining.ts';
import { type FoundPrompt, searchFacts } from './searchFacts.ts';
import { SearchMeter } from './searchMeter.ts';
import { searchSentences } from './searchSentences.ts';
import { SearchSpace } from './searchSpace.ts';
import { learnedVectors, startWords } from './startWords.ts';
import { flipSearch } from './tokenFlips.ts';

const searches: Readonly<Record<SearchMethod, Search>> = {
  flips: flipSearch,
  projection: projectionSearch,
  beam: beamSearch,
};

/** The one that finds good words soonest comes first. */
const allMethods: readonly SearchMethod[] = ['beam', 'projection', 'flips'];

const defaultSteps = 100;

/** Between two steps news of the work come no more often than this, in milliseconds. */
const tellEvery = 200;

/**
 * Searches words for the places of a continuous prompt's virtual tokens, and keeps them in the file's
 * report. They are chosen on the validation split; the test split is asked once for each method, at
 * its end.
 *
 * @param onProgress  hears how far each method is
 * @throws PtuneError as `openPromptFile` does; `file/no-such-prompt`; `search/no-words`;
 *   `training/cancelled`
 */
export async function searchWords(
  request: SearchRequest,
  context: TrainingContext,
  onProgress: (event: SearchEvent) => void,
): Promise<SearchResult> {
  const open = await openPromptFile(request.path, request.text, context);
  try {
    await assertStoredFit(open);
    const prompt = chosenPrompt(open, request.prompt);
    const store = RunStore.forFile(open.path);
    const space = await SearchSpace.of(open, prompt, request.seed ?? 1);
    const found = await searchAll(space, open, prompt, store, request, context, onProgress);
    // The report that the words go into belongs to this text, and has the learned prompt's score.
    const { report: path } = await scorePrompts(open, open.file.prompts, 'test', store, context);
    const report = (await readReport(path!))!;
    const scores = new SplitScores(open, store, context);
    const facts = await searchFacts(
      { open, prompt, store, scores, seed: request.seed ?? 1 },
      found,
    );
    const words = { ...facts, sentences: searchSentences(facts) };
    await scores.prune();
    const insights = withInsights(report.insights, { words: [words] });
    await writeReport(path!, { ...report, insights });
    return { type: 'searchResult', file: open.name, candidates: report.candidates, ...words };
  } finally {
    await open.model.release();
  }
}

/** What every method finds, one after the other. */
async function searchAll(
  space: SearchSpace,
  open: OpenPromptFile,
  prompt: Prompt,
  store: RunStore,
  { seed = 1, steps = defaultSteps, methods = allMethods }: SearchRequest,
  context: TrainingContext,
  onProgress: (event: SearchEvent) => void,
): Promise<readonly FoundPrompt[]> {
  const learned = await learnedVectors(open, prompt, store);
  const start = startWords(space, learned, prompt, new Random(seed));
  const vectors = learned ?? space.vectorsOf(start);
  const meter = new SearchMeter(
    methods.map((method) => {
      const { steps: stepsOf, workOfStep } = searches[method];
      return { steps: stepsOf(steps, space), workOfStep: workOfStep(space) };
    }),
    () => context.now(),
  );
  const found: FoundPrompt[] = [];
  let best: Found | undefined;
  for (const method of methods) {
    const started = context.now();
    const search = searches[method];
    const own = search.steps(steps, space);
    let last: { readonly step: number; readonly found: Found } | undefined;
    let told = started;
    const tell = () => {
      throwIfCancelled(context.signal);
      if (last === undefined) return;
      const { step, found: present } = last;
      const leading = best && best.loss < present.loss ? best : present;
      const template = printTemplate(space.promptOf(leading.ids).parts);
      const { loss } = leading;
      const where = { prompt: prompt.name, method, step, steps: own };
      onProgress({ type: 'search', ...where, template, loss, ...meter.progress });
      told = context.now();
    };
    space.onWork = (work) => {
      meter.work(work);
      throwIfCancelled(context.signal);
      if (context.now() - told >= tellEvery) tell();
    };
    const words = await search.run({
      space,
      // Each goes on from the best words before it.
      start: best?.ids ?? start,
      vectors,
      steps: own,
      random: new Random(seed),
      onStep: (step, present) => {
        last = { step, found: present };
        meter.endStep(step);
        tell();
      },
    });
    meter.endPart();
    if (!best || words.loss < best.loss) best = words;
    const seconds = (context.now() - started) / 1000;
    found.push({ method, prompt: space.promptOf(words.ids), seconds });
  }
  return found;
}

function chosenPrompt({ file }: OpenPromptFile, name: string | undefined): Prompt {
  const continuous = file.prompts.filter(({ kind }) => kind === 'continuous');
  const known = shortList(continuous.map((prompt) => `"${prompt.name}"`));
  const prompt = continuous.find((one) => name === undefined || one.name === name);
  if (!prompt) {
    throw new PtuneError(
      'file/no-such-prompt',
      name === undefined
        ? 'The file has no prompt with virtual tokens, whose places words could be searched for.'
        : `The file has no prompt "${name}" with virtual tokens.`,
      known === '' ? 'Put virtual tokens, {*3}, where the words are to stand.' : `It has ${known}.`,
    );
  }
  if (prompt.train.depth === 'input') return prompt;
  throw new PtuneError(
    'search/no-words',
    `The prompt "${prompt.name}" is deep: its keys and values stand in no place that words could take.`,
    'Search for a prompt with "depth: input".',
  );
}
