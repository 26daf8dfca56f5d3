/** `ptune search`: words that do what a learned prompt does, for programs that take only words. */
import { PtuneError, throwIfCancelled } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import type { Prompt } from '../../language/ast.ts';
import { printTemplate } from '../../language/printTemplate.ts';
import type {
  FoundWords,
  SearchEvent,
  SearchMethod,
  SearchRequest,
  SearchResult,
} from '../../protocol/wordSearch.ts';
import { RunStore } from '../../runs/runStore.ts';
import type { TrainingContext } from '../../training/context.ts';
import { openPromptFile, type OpenPromptFile } from '../../training/promptFile.ts';
import { storedPrompt } from '../../training/storedPrompt.ts';
import { byScore, SplitScores } from '../splitScores.ts';
import { cosineTo, largest, type Found, type Searches } from './method.ts';
import { searchByBeam } from './nearestBeam.ts';
import { searchByProjection } from './projectedTraining.ts';
import { SearchSpace } from './searchSpace.ts';
import { searchByFlips } from './tokenFlips.ts';

const searches: Searches = {
  flips: searchByFlips,
  projection: searchByProjection,
  beam: searchByBeam,
};

const allMethods: readonly SearchMethod[] = ['beam', 'projection', 'flips'];

const defaultSteps = 100;

/**
 * Searches words for the places of a continuous prompt's virtual tokens. They are chosen on the
 * validation split; the test split is asked once for each method, at its end.
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
    const prompt = chosenPrompt(open, request.prompt);
    const { seed = 1, steps = defaultSteps, methods = allMethods } = request;
    const store = RunStore.forFile(open.path);
    const space = await SearchSpace.of(open, prompt, seed);
    const learned = await learnedVectors(open, prompt, store);
    const start = startWords(space, learned, prompt, new Random(seed));
    const vectors = learned ?? space.vectorsOf(start);
    const scores = new SplitScores(open, store, context);
    const found: FoundWords[] = [];
    let best: Found | undefined;
    for (const method of methods) {
      const started = context.now();
      const words = await searches[method]({
        space,
        // Each goes on from the best words before it.
        start: best?.ids ?? start,
        vectors,
        steps,
        random: new Random(seed),
        onStep: (step, { ids, loss }) => {
          throwIfCancelled(context.signal);
          const template = printTemplate(space.promptOf(ids).parts);
          onProgress({ type: 'search', prompt: prompt.name, method, step, steps, template, loss });
        },
      });
      if (!best || words.loss < best.loss) best = words;
      const written = space.promptOf(words.ids);
      const seconds = (context.now() - started) / 1000;
      const template = printTemplate(written.parts);
      found.push({ method, template, ...(await scores.of(written)), seconds });
    }
    const written = await bestWritten(open, scores);
    return {
      type: 'searchResult',
      file: open.name,
      prompt: prompt.name,
      found: found.sort((a, b) => byScore(a.validation, b.validation)),
      ...(written && { written }),
    };
  } finally {
    await open.model.release();
  }
}

function chosenPrompt({ file }: OpenPromptFile, name: string | undefined): Prompt {
  const continuous = file.prompts.filter(({ kind }) => kind === 'continuous');
  const known = continuous.map((prompt) => `"${prompt.name}"`).join(', ');
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

/** The vectors of the file that the prompt names, or of its newest run, whatever its settings. */
async function learnedVectors(
  open: OpenPromptFile,
  prompt: Prompt,
  store: RunStore,
): Promise<Float32Array | undefined> {
  if (prompt.from !== undefined) return storedPrompt(open, prompt);
  const { template, model } = await open.fingerprint(prompt);
  const run = (await store.list()).runs.findLast(
    ({ file, prompt: own, status, hashes }) =>
      file === open.name &&
      own.name === prompt.name &&
      status === 'completed' &&
      hashes.template === template &&
      hashes.model === model,
  );
  return run && (await store.readPrompt(run.id)).vectors;
}

/** So many draws of words are tried when the nearest ones cannot be written. */
const mostDraws = 200;

/** The nearest word of each vector; where these cannot stand side by side, or there are none, any. */
function startWords(
  space: SearchSpace,
  learned: Float32Array | undefined,
  prompt: Prompt,
  random: Random,
): readonly number[] {
  const { length, width } = space;
  const places = Array.from({ length }, (_, row) => row);
  const hasWords = places.every((place) => space.wordsAt(place).length > 0);
  if (learned && hasWords) {
    const nearest = places.map((row) => {
      const vector = learned.subarray(row * width, (row + 1) * width);
      return largest(space.wordsAt(row), cosineTo(space, vector), 1)[0]!;
    });
    if (space.canBeWritten(nearest)) return nearest;
  }
  for (let draw = 0; draw < mostDraws && hasWords; draw++) {
    const ids = places.map((place) => {
      const words = space.wordsAt(place);
      return words[random.integer(words.length)]!;
    });
    if (space.canBeWritten(ids)) return ids;
  }
  throw new PtuneError(
    'search/no-words',
    `No words of the model can be written in the places of "${prompt.name}": as text they are read as other tokens.`,
    'Put spaces around the virtual tokens of the template.',
  );
}

/** The discrete prompt of the file that is best on validation. */
async function bestWritten(
  { file }: OpenPromptFile,
  scores: SplitScores,
): Promise<SearchResult['written']> {
  let best: SearchResult['written'];
  for (const prompt of file.prompts) {
    if (prompt.kind !== 'discrete') continue;
    const own = { name: prompt.name, ...(await scores.of(prompt)) };
    if (!best || byScore(own.validation, best.validation) < 0) best = own;
  }
  return best;
}
