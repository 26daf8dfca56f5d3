/**
 * Checks that a model can be trained on: its gradient against differences of its own loss, and what
 * it says of padded inputs against what it says of them alone.
 */
import { PtuneError } from '../base/errors.ts';
import { cachingPart, readingPart, type LanguageModel } from '../model/languageModel.ts';
import { checkGradient, type GradientCheck } from './gradientCheck.ts';
import { paddingDifferences, type PaddingDifferences, type ProbeOptions } from './paddingCheck.ts';

export interface Verification extends GradientCheck {
  readonly kind: 'masked' | 'causal' | 'encoder-decoder';
  readonly causal: boolean;
  /** The graph's inputs but for its cache, those of the encoder first. */
  readonly inputs: readonly string[];
  /** How many keys and values of a cache it takes beside them. */
  readonly cacheInputs: number;
  /** Where virtual tokens can stand: among the tokens, and before every layer. */
  readonly depths: readonly ('input' | 'deep')[];
  readonly vocabularySize: number;
  readonly width: number;
  readonly padding: PaddingDifferences;
}

/** Tokens of the inputs that are tried, where the model takes as many. */
const longest = 12;

/**
 * Differentiates the model's loss with respect to its input embeddings at one place and compares.
 *
 * @throws PtuneError naming the operators that stand in the way; `model/unsupported` when the engine
 *   refuses the model, when its loss has no gradient that is a number, or when padding changes it;
 *   `model/wrong-gradient` when the gradient is not that of the loss
 */
export async function verifyModel(
  lm: LanguageModel,
  folder: string,
  options: ProbeOptions = {},
): Promise<Verification> {
  return underEngine(async () => ({
    ...factsOf(lm),
    ...(await checkGradient(lm, folder, Math.min(longest, options.maxPositions ?? longest))),
    padding: await paddingDifferences(lm, folder, options),
  }));
}

/** What `act` gives; where the engine refuses a graph, the model's file is to blame. */
export async function underEngine<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof PtuneError) || error.code !== 'runtime/failed') throw error;
    throw new PtuneError(
      'model/unsupported',
      `The model was read, but cannot be run. ${error.message}`,
      'Check that the file is whole and runs elsewhere; export it again with float32 weights.',
      error,
    );
  }
}

function factsOf(lm: LanguageModel): Omit<Verification, keyof GradientCheck | 'padding'> {
  const { vocabularySize, width } = readingPart(lm).embedding;
  const { past } = cachingPart(lm).inputs;
  const cache = new Set(past.map(({ name }) => name));
  const own = lm.model.graph.inputs.map(({ name }) => name).filter((name) => !cache.has(name));
  return {
    kind: lm.encoder ? 'encoder-decoder' : lm.causal ? 'causal' : 'masked',
    causal: lm.causal,
    inputs: [...(lm.encoder?.model.graph.inputs.map(({ name }) => name) ?? []), ...own],
    cacheInputs: cache.size,
    depths: lm.encoder || past.length === 0 ? ['input'] : ['input', 'deep'],
    vocabularySize,
    width,
  };
}
