/** What prompts answer to the examples of a split, asked of the model only once. */
import type { Example } from '../data/examples.ts';
import { predict } from '../evaluation/predict.ts';
import type { Prompt } from '../language/ast.ts';
import type { Prediction } from '../protocol/predictions.ts';
import { AnswerCache } from '../runs/answerCache.ts';
import { canonicalJson, hashBytes, hashText } from '../runs/fingerprint.ts';
import { engine } from '../runtime/session.ts';
import type { TrainingContext } from './context.ts';
import type { OpenPromptFile } from './promptFile.ts';

/** Raised when answers that were kept could be wrong now. */
const cacheFormat = 1;

export interface AnswersOf {
  readonly predictions: readonly Prediction[];
  /** They were given before and not asked for again. */
  readonly cached: boolean;
}

export class PromptAnswers {
  readonly #open: OpenPromptFile;
  readonly #examples: readonly Example[];
  readonly #context: TrainingContext;
  readonly #cache: AnswerCache;
  readonly #common: string;

  /** @param folder  where answers are kept */
  constructor(
    open: OpenPromptFile,
    examples: readonly Example[],
    folder: string,
    context: TrainingContext,
  ) {
    this.#open = open;
    this.#examples = examples;
    this.#context = context;
    this.#cache = new AnswerCache(folder);
    this.#common = hashText(
      canonicalJson({
        cacheFormat,
        ptune: context.version,
        engine,
        model: open.modelHash,
        candidates: open.candidates,
        chat: open.file.settings.chat,
        answer: open.file.settings.answer,
        train: open.file.prompts.some(hasDemos) ? open.examples.train.map(meaningOf) : [],
        examples: examples.map(meaningOf),
      }),
    );
  }

  /**
   * A prompt's answers.
   *
   * @param seed  draws the solved examples of a few-shot prompt
   * @param data  the vectors of a continuous prompt, float32 [P, D]
   */
  async of(prompt: Prompt, seed: number, data?: Float32Array): Promise<AnswersOf> {
    const key = this.#keyOf(prompt, seed, data);
    const known = await this.#cache.read(key);
    if (known) return { predictions: known, cached: true };
    const encoding = this.#open.encodingOf(prompt, seed);
    const predictions = await predict(
      {
        model: this.#open.model,
        encoding,
        vectors: data && encoding.vectorsOf(data),
        candidates: this.#open.candidates,
        signal: this.#context.signal,
      },
      this.#examples,
    );
    await this.#cache.write(key, predictions);
    return { predictions, cached: false };
  }

  /** Drops answers that nobody asked for in a long time. */
  prune(): Promise<void> {
    return this.#cache.prune();
  }

  #keyOf(prompt: Prompt, seed: number, data: Float32Array | undefined): string {
    return hashText(
      canonicalJson({
        common: this.#common,
        parts: prompt.parts.map((part) => ({ ...part, span: null, columnSpan: null })),
        deep: prompt.kind === 'continuous' && prompt.train.depth === 'deep',
        seed: hasDemos(prompt) ? seed : undefined,
        vectors: data && hashBytes(data),
      }),
    );
  }
}

const hasDemos = ({ parts }: Prompt): boolean => parts.some((part) => part.kind === 'demos');

const meaningOf = ({ row, answer }: Example) => ({ row, answer });
