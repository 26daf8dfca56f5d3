/** What each bundled model is made from: tokenizer, configuration, architecture and batches. */
import type { Random } from '../../src/base/random.ts';
import { defineModel, type Architecture } from './architecture.ts';
import { learnBytePairs, endOfText } from './bytePairs.ts';
import { defineCausalModel } from './causalArchitecture.ts';
import { generateCorpus, lexicon, type CorpusDocument } from './corpus.ts';
import { maskedBatches, type TokenizedDocument } from './masking.ts';
import { packedBatches } from './packing.ts';
import type { PretrainOptions, TrainingBatch } from './pretrain.ts';
import { buildTokenizer, maxLength, wordsOf } from './tokenizer.ts';
import type { ModelDefinition } from './weights.ts';

/** How one bundled model is made. */
export interface Recipe {
  /** The small files of its folder by name, each to be written as JSON. */
  readonly files: Readonly<Record<string, unknown>>;
  readonly definition: ModelDefinition;
  readonly options: PretrainOptions;
  /** The batches that it learns from; `random` draws what is masked or how rows begin. */
  readonly batches: (random: Random) => Iterator<TrainingBatch, never>;
}

/** Where the text of an epoch comes from; the same epoch gives the same text. */
export type Corpus = (epoch: number) => readonly CorpusDocument[];

const generated: Corpus = (epoch) => generateCorpus(epoch + 1);

/** The recipes by the names of the models. */
export const recipes: Readonly<Record<string, () => Recipe>> = {
  'mini-mlm': maskedRecipe,
  'mini-clm': () => causalRecipe(),
};

/** Tokens in a batch of either model, padding included. */
const batchTokens = 1024;

function maskedRecipe(): Recipe {
  const { vocabulary, files } = buildTokenizer(generateCorpus(1), lexicon());
  const ids = new Map(vocabulary.map((token, id) => [token, id]));
  const sizes = { width: 128, layers: 3, heads: 4, hidden: 512, positions: maxLength };
  const architecture: Architecture = { vocabularySize: vocabulary.length, ...sizes };
  return {
    files: { ...files, 'config.json': maskedConfig(architecture) },
    definition: defineModel(architecture),
    options: { steps: 8000, learningRate: 1e-3, warmupSteps: 500, weightDecay: 0.01 },
    batches: (random) =>
      maskedBatches(
        (epoch) => generated(epoch).map((document) => tokenize(document, ids)),
        batchTokens,
        random,
      ),
  };
}

/** The document's ids and where its answers stand. Every word of the corpus is one token. */
function tokenize(document: CorpusDocument, ids: ReadonlyMap<string, number>): TokenizedDocument {
  const words = wordsOf(document.text);
  const answers = new Set<number>();
  for (const answer of document.answers) {
    const wanted = wordsOf(answer);
    for (let at = 0; at + wanted.length <= words.length; at++) {
      if (wanted.every((word, i) => words[at + i] === word)) {
        wanted.forEach((_, i) => answers.add(at + i + 1));
      }
    }
  }
  return {
    ids: [ids.get('[CLS]')!, ...words.map((word) => ids.get(word)!), ids.get('[SEP]')!],
    answers: [...answers],
  };
}

function maskedConfig(a: Architecture): unknown {
  return {
    architectures: ['DistilBertForMaskedLM'],
    model_type: 'distilbert',
    activation: 'gelu',
    dim: a.width,
    hidden_dim: a.hidden,
    n_layers: a.layers,
    n_heads: a.heads,
    max_position_embeddings: a.positions,
    vocab_size: a.vocabularySize,
    pad_token_id: 0,
    tie_weights_: true,
  };
}

/** What of the causal model's recipe can be smaller, for a quick training. */
export interface CausalSizes {
  readonly vocabularySize: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
}

/** As many tokens that names are often written in several. */
const causalSizes: CausalSizes = { vocabularySize: 2048, width: 128, layers: 4, heads: 4 };

/** The longest input of the causal model in tokens. */
const causalPositions = 64;

/** The recipe of a model like the bundled causal one. */
export function causalRecipe(
  { vocabularySize, width, layers, heads }: CausalSizes = causalSizes,
  corpus: Corpus = generated,
): Recipe {
  const texts = corpus(0).map(({ text }) => text);
  const { vocabulary, files, encode } = learnBytePairs(texts, vocabularySize, causalPositions);
  const architecture: Architecture = {
    vocabularySize: vocabulary.length,
    width,
    layers,
    heads,
    hidden: 4 * width,
    positions: causalPositions,
  };
  const end = vocabulary.indexOf(endOfText);
  return {
    files: { ...files, 'config.json': causalConfig(architecture, end) },
    definition: defineCausalModel(architecture),
    options: { steps: 5000, learningRate: 2e-3, warmupSteps: 300, weightDecay: 0.01 },
    batches: (random) =>
      packedBatches(
        (epoch) => corpus(epoch).map(({ text }) => encode(text)),
        { rows: batchTokens / causalPositions, length: causalPositions, end },
        random,
      ),
  };
}

function causalConfig(a: Architecture, end: number): unknown {
  return {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    activation_function: 'gelu_new',
    n_embd: a.width,
    n_inner: a.hidden,
    n_layer: a.layers,
    n_head: a.heads,
    n_positions: a.positions,
    n_ctx: a.positions,
    layer_norm_epsilon: 1e-5,
    vocab_size: a.vocabularySize,
    bos_token_id: end,
    eos_token_id: end,
    tie_word_embeddings: true,
    use_cache: true,
  };
}
