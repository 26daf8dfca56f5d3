/**
 * Lets a model write: the likeliest token again and again, until it ends or the answer is as long as
 * it may be. A model with inputs for cached keys and values reads every token once; another reads
 * the growing text anew for each.
 */
import { throwIfCancelled } from '../base/errors.ts';
import { tokenLimit, type EncodedPrompt } from '../encoding/encodePrompt.ts';
import type { PromptVectors } from '../encoding/virtualTokens.ts';
import {
  buildPrefillGraph,
  buildStepGraph,
  cachedValues,
  type CachedValue,
} from '../model/generationGraph.ts';
import { float32, int64, type Feeds, type Session } from '../runtime/session.ts';
import type { PromptModel } from './promptModel.ts';

/** What a model wrote, without the token that ended it. */
export interface Written {
  readonly ids: readonly number[];
  /** ln p of each token, that of the end included. */
  readonly logProbabilities: readonly number[];
}

export interface GenerateOptions {
  readonly vectors: PromptVectors | undefined;
  /** Most tokens that are written, the end not counted. */
  readonly maxTokens: number;
  /** A token that ends a text, beside those of the model's configuration. */
  readonly end?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the model writes after each of `prompts`, which are encoded without an answer. */
export async function generate(
  model: PromptModel,
  prompts: readonly EncodedPrompt[],
  options: GenerateOptions,
): Promise<Written[]> {
  const texts = prompts.map((prompt) => new Text(model, prompt, options));
  const values = cachedValues(model.open.lm);
  if (values) await writeCached(model, texts, values, options);
  else await writeGrowing(model, texts, options);
  return texts;
}

/** A text while it is written. */
class Text implements Written {
  readonly prompt: EncodedPrompt;
  readonly ids: number[] = [];
  readonly logProbabilities: number[] = [];
  readonly #ends: readonly number[];
  readonly #most: number;
  #ended = false;

  constructor({ encoding, open }: PromptModel, prompt: EncodedPrompt, options: GenerateOptions) {
    const { vectors, maxTokens, end } = options;
    this.prompt = prompt;
    const { endId } = open.tokenizer;
    this.#ends = [...open.config.endTokenIds, endId, end].filter((id) => id !== undefined);
    const limit = tokenLimit(encoding, vectors?.deep ? vectors.count : 0);
    const read = (prompt.decoderIds ?? prompt.ids).length;
    // The last token is written, not read.
    this.#most = limit === undefined ? maxTokens : Math.min(maxTokens, limit - read + 1);
  }

  get isWhole(): boolean {
    return this.#ended || this.ids.length >= this.#most;
  }

  /** The model's input with what is written so far; the last position predicts the next token. */
  get input(): EncodedPrompt {
    const { ids, rows, decoderIds } = this.prompt;
    if (decoderIds) {
      const own = [...decoderIds, ...this.ids];
      return { ids, rows, decoderIds: own, answerPositions: [own.length - 1] };
    }
    const all = [...ids, ...this.ids];
    const own = [...rows, ...this.ids.map(() => -1)];
    return { ids: all, rows: own, answerPositions: [all.length - 1] };
  }

  /** Takes the likeliest token of a row of log-probabilities; of equal ones the first. */
  take(scores: Float32Array): void {
    if (this.isWhole) return;
    let best = 0;
    for (let id = 1; id < scores.length; id++) if (scores[id]! > scores[best]!) best = id;
    this.logProbabilities.push(scores[best]!);
    if (this.#ends.includes(best)) this.#ended = true;
    else this.ids.push(best);
  }
}

async function writeGrowing(
  model: PromptModel,
  texts: readonly Text[],
  { vectors, signal }: GenerateOptions,
): Promise<void> {
  for (;;) {
    const open = texts.filter((text) => !text.isWhole);
    if (open.length === 0) return;
    const inputs = open.map((text) => text.input);
    await model.score(inputs, vectors, (i, [scores]) => open[i]!.take(scores!), signal);
  }
}

/** Texts with prompts of one length are written together: their caches grow alike. */
async function writeCached(
  model: PromptModel,
  texts: readonly Text[],
  values: readonly CachedValue[],
  options: GenerateOptions,
): Promise<void> {
  const byLength = new Map<number, Text[]>();
  for (const text of texts) {
    const { length } = text.prompt.ids;
    byLength.set(length, [...(byLength.get(length) ?? []), text]);
  }
  for (const same of byLength.values()) {
    for (let at = 0; at < same.length; at += model.scoreRows) {
      const group = same.slice(at, at + model.scoreRows);
      await new CachedWriting(model, group, values, options).run();
    }
  }
}

/** Several texts that are written at once, with the keys and values of what was read. */
class CachedWriting {
  readonly #model: PromptModel;
  readonly #texts: readonly Text[];
  readonly #values: readonly CachedValue[];
  readonly #options: GenerateOptions;
  /** By input, float32 [B, heads, length, head width]. */
  #cache = new Map<string, Float32Array>();
  /** Positions that the cache holds, those of a deep prompt included. */
  #length = 0;

  constructor(
    model: PromptModel,
    texts: readonly Text[],
    values: readonly CachedValue[],
    options: GenerateOptions,
  ) {
    this.#model = model;
    this.#texts = texts;
    this.#values = values;
    this.#options = options;
  }

  async run(): Promise<void> {
    await this.#prefill();
    const step = await this.#model.session('step', () =>
      buildStepGraph(this.#model.open.lm, this.#values),
    );
    while (this.#texts.some((text) => !text.isWhole)) {
      throwIfCancelled(this.#options.signal);
      await this.#step(step);
    }
  }

  /** Reads the prompts; padding behind them is cut off the cache. */
  async #prefill(): Promise<void> {
    throwIfCancelled(this.#options.signal);
    const { vectors } = this.#options;
    const inputs = this.#texts.map((text) => text.input);
    const shape = this.#model.shapeOf(inputs, vectors);
    const session = await this.#model.session(`prefill ${JSON.stringify(shape)}`, () =>
      buildPrefillGraph(this.#model.open.lm, shape, this.#values),
    );
    const outputs = await session.run(this.#model.feedsOf(inputs, shape, vectors));
    const before = shape.deep ? shape.virtual : 0;
    this.#length = before + inputs[0]!.ids.length;
    for (const { past, present, heads, headWidth } of this.#values) {
      const whole = outputs[present]!;
      const [from, to] = [(before + shape.length) * headWidth, this.#length * headWidth];
      const kept = new Float32Array(this.#texts.length * heads * to);
      for (let i = 0; i < this.#texts.length * heads; i++) {
        kept.set(whole.subarray(i * from, i * from + to), i * to);
      }
      this.#cache.set(past, kept);
    }
    this.#take(outputs.log_probabilities!, shape.positions);
  }

  /** Reads the token that each text ends with. */
  async #step(session: Session): Promise<void> {
    const { lm } = this.#model.open;
    const { logits, ...outputs } = this.#named(await session.run(this.#stepFeeds()), lm.logits);
    this.#length++;
    for (const { past, present } of this.#values) this.#cache.set(past, outputs[present]!);
    this.#take(logSoftmax(logits!, this.#texts.length), this.#texts.length);
  }

  #named(outputs: Record<string, Float32Array>, logits: string): Record<string, Float32Array> {
    return { ...outputs, logits: outputs[logits]! };
  }

  #stepFeeds(): Feeds {
    const { inputs } = this.#model.open.lm;
    const rows = this.#texts.length;
    const whole = this.#length + 1;
    const one = (value: (text: Text) => number) => int64([rows, 1], this.#texts.map(value));
    const feeds: Record<string, Feeds[string]> = {
      // A text that has ended goes on with anything; nothing of it is taken.
      [inputs.inputIds]: one((text) => text.ids.at(-1) ?? 0),
    };
    if (inputs.attentionMask !== undefined) {
      feeds[inputs.attentionMask] = int64([rows, whole], new Int32Array(rows * whole).fill(1));
    }
    if (inputs.positionIds !== undefined) feeds[inputs.positionIds] = one(() => this.#length);
    if (inputs.tokenTypeIds !== undefined) feeds[inputs.tokenTypeIds] = one(() => 0);
    for (const { past, heads, headWidth } of this.#values) {
      feeds[past] = float32([rows, heads, this.#length, headWidth], this.#cache.get(past)!);
    }
    return feeds;
  }

  /** `scores`: log-probabilities, a row for each text, [rows, V]. */
  #take(scores: Float32Array, rows: number): void {
    const vocabulary = scores.length / rows;
    this.#texts.forEach((text, i) => {
      text.take(scores.subarray(i * vocabulary, (i + 1) * vocabulary));
    });
  }
}

/** The log-probabilities of `rows` rows of logits. */
function logSoftmax(logits: Float32Array, rows: number): Float32Array {
  const width = logits.length / rows;
  const result = new Float32Array(logits.length);
  for (let row = 0; row < rows; row++) {
    const own = logits.subarray(row * width, (row + 1) * width);
    const max = own.reduce((a, b) => Math.max(a, b), -Infinity);
    const log = max + Math.log(own.reduce((sum, x) => sum + Math.exp(x - max), 0));
    result.set(
      own.map((x) => x - log),
      row * width,
    );
  }
  return result;
}
