/**
 * The space in which words for a prompt are searched: a token in each virtual token's place. Its
 * loss and gradient come from the graph that prompts are trained with.
 */
import type { Random } from '../../base/random.ts';
import type { PromptEncoding } from '../../encoding/encodePrompt.ts';
import { asWords } from '../../evaluation/reading/asWords.ts';
import { vocabularyTexts } from '../../evaluation/reading/tokenKinds.ts';
import type { PromptModel } from '../../evaluation/promptModel.ts';
import type { Tokenizer } from '../../hub/tokenizer.ts';
import type { Prompt } from '../../language/ast.ts';
import type { EncoderSpec } from '../../model/promptEncoder.ts';
import { BatchGradient, type EncoderValues } from '../../training/batchGradient.ts';
import { objectiveOf, type PromptObjective, type TrainingInput } from '../../training/objective.ts';
import type { OpenPromptFile } from '../../training/promptFile.ts';

/** Examples of one evaluation; as many as a step of training takes are not enough to choose by. */
const batchSize = 32;

/** A batch's gradient in units of a batch's loss: what it takes, as measured. */
export const gradientWork = 3;

export interface LossAndGradient {
  readonly loss: number;
  /** float32 [P, D] */
  readonly gradient: Float32Array;
}

export class SearchSpace {
  readonly #wordsOfPlace: readonly (readonly number[])[];
  /** The model's token embeddings, float32 [V, D]. */
  readonly table: Float32Array;
  /** D */
  readonly width: number;
  readonly #encoding: PromptEncoding;
  readonly #tokenizer: Tokenizer;
  readonly #gradient: BatchGradient;
  readonly #training: readonly TrainingInput[];
  readonly #validation: readonly TrainingInput[];
  readonly #open: OpenPromptFile;
  /** Hears of each batch how much work it was: 1 for its loss alone. */
  onWork: (work: number) => void = () => undefined;

  private constructor(
    open: OpenPromptFile,
    encoding: PromptEncoding,
    objective: PromptObjective,
    table: Float32Array,
  ) {
    const { model, examples } = open;
    this.#open = open;
    this.#encoding = encoding;
    this.#tokenizer = model.open.tokenizer;
    this.table = table;
    this.width = model.width;
    this.#wordsOfPlace = wordsOfPlaces(encoding, this.#tokenizer);
    this.#training = examples.train.map((example) => objective.input(example));
    this.#validation = examples.validation.map((example) => objective.input(example));
    this.#gradient = new BatchGradient({
      model,
      objective,
      inputs: [...this.#training, ...this.#validation],
      encoder: plainVectors(model, this.length),
      deep: false,
      steps: Infinity,
    });
  }

  /** The space of a continuous prompt that is not deep. */
  static async of(open: OpenPromptFile, prompt: Prompt, seed: number): Promise<SearchSpace> {
    const encoding = open.encodingOf(prompt, seed);
    const objective = objectiveOf(encoding, open.file.settings.labels, open.model.open.lm.causal);
    return new SearchSpace(open, encoding, objective, await open.model.embeddingTable());
  }

  /** Ids of the tokens that are read as themselves when they are typed as words in a place. */
  wordsAt(place: number): readonly number[] {
    return this.#wordsOfPlace[place]!;
  }

  /** P, the number of places. */
  get length(): number {
    return this.#encoding.virtual.tokens.length;
  }

  /** The work of a validation. */
  get validationWork(): number {
    return Math.ceil(this.#validation.length / batchSize);
  }

  /** Training examples to choose by, drawn without replacement. */
  batch(random: Random): readonly TrainingInput[] {
    return random.shuffled(this.#training).slice(0, batchSize);
  }

  /** The embeddings of tokens, float32 [P, D]. */
  vectorsOf(ids: readonly number[]): Float32Array {
    const vectors = new Float32Array(ids.length * this.width);
    ids.forEach((id, row) => vectors.set(this.embedding(id), row * this.width));
    return vectors;
  }

  /** The embedding of one token, float32 [D]; a view of the table. */
  embedding(id: number): Float32Array {
    return this.table.subarray(id * this.width, (id + 1) * this.width);
  }

  /** The mean loss of tokens over some examples, nats. */
  async loss(ids: readonly number[], batch: readonly TrainingInput[]): Promise<number> {
    const loss = await this.#gradient.loss(batch, batch.length, this.#values(this.vectorsOf(ids)));
    this.onWork(1);
    return loss;
  }

  /** The mean loss of tokens over the validation examples, nats. */
  async validationLoss(ids: readonly number[]): Promise<number> {
    const { length } = this.#validation;
    let sum = 0;
    for (let start = 0; start < length; start += batchSize) {
      const batch = this.#validation.slice(start, start + batchSize);
      sum += (await this.loss(ids, batch)) * (batch.length / length);
    }
    return sum;
  }

  /** The mean loss over some examples with vectors in the places, and its gradient. */
  async lossAndGradient(
    vectors: Float32Array,
    batch: readonly TrainingInput[],
  ): Promise<LossAndGradient> {
    const { loss, gradients } = await this.#gradient.run(
      batch,
      batch.length,
      this.#values(vectors),
    );
    this.onWork(gradientWork);
    return { loss, gradient: gradients.get('embedding')! };
  }

  #values(vectors: Float32Array): EncoderValues {
    const offset = new Float32Array(vectors.length);
    return { parameters: new Map([['embedding', vectors]]), offset };
  }

  /** The discrete prompt with these tokens' text in the places. */
  promptOf(ids: readonly number[]): Prompt {
    return asWords(this.#encoding.prompt, this.#encoding.virtual.placement, ids, this.#tokenizer);
  }

  /** Whether the text of these tokens is read as these tokens: neighbors may grow together. */
  canBeWritten(ids: readonly number[]): boolean {
    const example = this.#open.examples.train[0]!;
    const wanted = this.#encoding.encode(example, []);
    const written = this.#open.encodingOf(this.promptOf(ids), 0).encode(example, []);
    return (
      written.ids.length === wanted.ids.length &&
      wanted.rows.every((row, i) => written.ids[i] === (row < 0 ? wanted.ids[i] : ids[row]))
    );
  }
}

/** Vectors without an encoder: the graph's parameters are the vectors themselves. */
function plainVectors({ width }: PromptModel, virtual: number): EncoderSpec {
  return {
    kind: 'none',
    variant: 'lama',
    virtual,
    width,
    hiddenSize: width,
    layers: 2,
    dropout: 0,
  };
}

/** For each place its words: where nothing stands before it, words do not begin with a space. */
function wordsOfPlaces(
  { prompt, virtual }: PromptEncoding,
  tokenizer: Tokenizer,
): readonly (readonly number[])[] {
  const behindSpace = writtenWords(tokenizer, (text) =>
    tokenizer.encodePiece(tokenizer.leadingSpaceMatters ? ` ${text}` : text),
  );
  const atStart = writtenWords(tokenizer, (text) => tokenizer.encode(text));
  const starts = new Set(
    virtual.placement.flatMap(({ part, rows }) => {
      const before = prompt.parts[part - 1];
      const isSpaced = before?.kind === 'text' && /\s$/.test(before.text);
      return isSpaced ? [] : [rows[0]!];
    }),
  );
  return virtual.tokens.map((_, row) => (starts.has(row) ? atStart : behindSpace));
}

function writtenWords(tokenizer: Tokenizer, read: (text: string) => readonly number[]): number[] {
  const left = vocabularyTexts(tokenizer).unreadable;
  return Array.from({ length: tokenizer.vocabularySize }, (_, id) => id).filter((id) => {
    if (left.has(id)) return false;
    const text = tokenizer.decode([id]).trim();
    if (text === '') return false;
    const ids = read(text);
    return ids.length === 1 && ids[0] === id;
  });
}
