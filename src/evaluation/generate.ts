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
  cachingOf,
  type CachedValue,
  type Caching,
} from '../model/generationGraph.ts';
import { cachingPart } from '../model/languageModel.ts';
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
  const caching = cachingOf(model.open.lm);
  if (caching) await writeCached(model, texts, caching, options);
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
    // The last token is written, not read.
    const room = limit === undefined ? maxTokens : limit - this.read.length + 1;
    this.#most = Math.min(maxTokens, room);
  }

  /** What the model reads before it writes; of an encoder-decoder model, in its decoder. */
  get read(): readonly number[] {
    return this.prompt.decoderIds ?? this.prompt.ids;
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

/** Texts whose caches grow alike are written together, inputs of like length first. */
async function writeCached(
  model: PromptModel,
  texts: readonly Text[],
  caching: Caching,
  options: GenerateOptions,
): Promise<void> {
  const byLength = new Map<number, Text[]>();
  const order = [...texts].sort((a, b) => a.prompt.ids.length - b.prompt.ids.length);
  for (const text of order) {
    const { length } = text.read;
    byLength.set(length, [...(byLength.get(length) ?? []), text]);
  }
  for (const same of byLength.values()) {
    for (let at = 0; at < same.length; at += model.scoreRows) {
      const group = same.slice(at, at + model.scoreRows);
      await new CachedWriting(model, group, caching, options).run();
    }
  }
}

/** Several texts that are written at once, with the keys and values of what was read. */
class CachedWriting {
  readonly #model: PromptModel;
  readonly #texts: readonly Text[];
  readonly #caching: Caching;
  readonly #options: GenerateOptions;
  /** What the step takes beside the token: by input, keys and values, and the encoder's states. */
  readonly #kept = new Map<string, Feeds[string]>();
  /** Positions that the cache holds, those of a deep prompt included. */
  #length = 0;

  constructor(
    model: PromptModel,
    texts: readonly Text[],
    caching: Caching,
    options: GenerateOptions,
  ) {
    this.#model = model;
    this.#texts = texts;
    this.#caching = caching;
    this.#options = options;
  }

  async run(): Promise<void> {
    await this.#prefill();
    const step = await this.#model.session('step', () =>
      buildStepGraph(this.#model.open.lm, this.#caching),
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
      buildPrefillGraph(this.#model.open.lm, shape, this.#caching),
    );
    const feeds = this.#model.feedsOf(inputs, shape, vectors);
    const outputs = await session.run(feeds);
    const before = shape.deep ? shape.virtual : 0;
    this.#length = before + this.#texts[0]!.read.length;
    const made = before + (shape.decoderLength ?? shape.length);
    for (const value of this.#caching.values) {
      const whole = outputs[value.present]!;
      if (value.fixed) this.#keep(value, whole, shape.length, shape.length);
      else this.#keep(value, whole, made, this.#length);
    }
    this.#keepEncoder(outputs.encoder_states, feeds, shape.length);
    this.#take(outputs.log_probabilities!, shape.positions);
  }

  /** Takes the texts' rows of keys or values [B, heads, `from`, width], of each the first `to`. */
  #keep({ past, heads, headWidth }: CachedValue, all: Float32Array, from: number, to: number) {
    const rows = this.#texts.length;
    const kept = new Float32Array(rows * heads * to * headWidth);
    for (let i = 0; i < rows * heads; i++) {
      const start = i * from * headWidth;
      kept.set(all.subarray(start, start + to * headWidth), i * to * headWidth);
    }
    this.#kept.set(past, float32([rows, heads, to, headWidth], kept));
  }

  /** Takes the texts' rows of what the encoder has read, [B, S, D]. */
  #keepEncoder(states: Float32Array | undefined, feeds: Feeds, length: number): void {
    const { encoderStates, encoderMask } = cachingPart(this.#model.open.lm).inputs;
    const rows = this.#texts.length;
    if (encoderStates !== undefined && states) {
      const { width } = this.#model;
      const own = states.slice(0, rows * length * width);
      this.#kept.set(encoderStates, float32([rows, length, width], own));
    }
    if (encoderMask !== undefined) {
      const mask = feeds.attention_mask!.data as BigInt64Array;
      const data = mask.slice(0, rows * length);
      this.#kept.set(encoderMask, { dtype: 'int64', shape: [rows, length], data });
    }
  }

  /** Reads the token that each text ends with. */
  async #step(session: Session): Promise<void> {
    const rows = this.#texts.length;
    const outputs = await session.run(this.#stepFeeds());
    this.#length++;
    for (const { past, present, heads, headWidth, fixed } of this.#caching.values) {
      if (fixed) continue;
      this.#kept.set(past, float32([rows, heads, this.#length, headWidth], outputs[present]!));
    }
    this.#take(logSoftmax(outputs[this.#model.open.lm.logits]!, rows), rows);
  }

  #stepFeeds(): Feeds {
    const { inputs } = cachingPart(this.#model.open.lm);
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
    return { ...feeds, ...Object.fromEntries(this.#kept) };
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
