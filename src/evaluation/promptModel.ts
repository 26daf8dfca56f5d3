/** A model with its prepared graphs: scores batches of encoded prompts. */
import { PtuneError, throwIfCancelled } from '../base/errors.ts';
import { commonStart } from '../encoding/commonStart.ts';
import { tokenLimit, type EncodedPrompt, type EncodingModel } from '../encoding/encodePrompt.ts';
import type { PromptVectors } from '../encoding/virtualTokens.ts';
import type { OpenModel } from '../hub/openModel.ts';
import {
  buildEmbeddingGraph,
  buildProductGraph,
  buildScoreGraph,
  type PromptShape,
} from '../model/promptGraph.ts';
import { readingPart } from '../model/languageModel.ts';
import { rowNorms, type TableProducts } from './nearestTokens.ts';
import { int64, float32, Session, type Feeds } from '../runtime/session.ts';

/** Rows that are scored at once. */
const rowsAtOnce = 16;

/** Inputs are padded to a multiple of this, so that a few graphs serve all lengths. */
const lengthStep = 8;

/** The length that an input of `length` tokens is padded to. */
export function paddedLength(length: number, maxLength: number | undefined): number {
  const padded = Math.ceil(length / lengthStep) * lengthStep;
  return Math.max(length, Math.min(padded, maxLength ?? padded));
}

export class PromptModel {
  readonly open: OpenModel;
  readonly encoding: EncodingModel;
  /** Threads of the engine; its own choice where undefined. */
  readonly threads: number | undefined;
  readonly #sessions = new Map<string, Promise<Session>>();
  #table: Promise<Float32Array> | undefined;
  #norms: Float32Array | undefined;

  constructor(open: OpenModel, threads?: number) {
    this.open = open;
    this.threads = threads;
    this.encoding = {
      tokenizer: open.tokenizer,
      causal: open.lm.causal,
      maxLength: open.config.maxPositions,
      ...(open.lm.encoder && { decoderStart: decoderStart(open) }),
    };
  }

  /** Rows that are scored at once. */
  get scoreRows(): number {
    return rowsAtOnce;
  }

  /** Width of the embeddings, D. */
  get width(): number {
    return readingPart(this.open.lm).embedding.width;
  }

  /**
   * Calls `visit` for each input with the log-probabilities at its answer positions, each float32
   * [V]. The arrays are reused: take what is needed at once.
   */
  async score(
    inputs: readonly EncodedPrompt[],
    vectors: PromptVectors | undefined,
    visit: (index: number, logProbabilities: readonly Float32Array[]) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    // Like lengths together: less padding, fewer graphs.
    const order = [...inputs.keys()].sort((a, b) => inputs[a]!.ids.length - inputs[b]!.ids.length);
    const shared = this.#sharedStart(inputs, vectors);
    // A person who waits for one answer does not wait for the places of fifteen others.
    const rows = inputs.length === 1 ? 1 : rowsAtOnce;
    for (let start = 0; start < order.length; start += rowsAtOnce) {
      throwIfCancelled(signal);
      const chosen = order.slice(start, start + rowsAtOnce);
      const batch = chosen.map((i) => inputs[i]!);
      const shape = { ...this.shapeOf(batch, vectors, rows), shared };
      const session = await this.#scoreSession(shape);
      const feeds = this.feedsOf(batch, shape, vectors);
      const { log_probabilities: scores } = await session.run(feeds);
      const vocabulary = scores!.length / shape.positions;
      let at = 0;
      chosen.forEach((index, row) => {
        const own = batch[row]!.answerPositions.map((_, j) =>
          scores!.subarray((at + j) * vocabulary, (at + j + 1) * vocabulary),
        );
        at += own.length;
        visit(index, own);
      });
    }
  }

  /** The token embeddings, float32 [V, D]. */
  async embeddingTable(): Promise<Float32Array> {
    return (this.#table ??= this.#readTable());
  }

  /** The products of vectors, float32 [P, D], with all token embeddings. */
  async tableProducts(vectors: Float32Array): Promise<TableProducts> {
    const table = await this.embeddingTable();
    this.#norms ??= rowNorms(table, this.width);
    const shapes = { rows: vectors.length / this.width, size: table.length / this.width };
    const session = await this.session(`products ${JSON.stringify(shapes)}`, () =>
      buildProductGraph(shapes.rows, shapes.size, this.width),
    );
    const { dots } = await session.run({
      vectors: float32([shapes.rows, this.width], vectors),
      table: float32([shapes.size, this.width], table),
    });
    return { dots: dots!, norms: this.#norms };
  }

  /** A prepared graph, made once for each `key`. */
  session(key: string, build: () => Uint8Array, prepack = false): Promise<Session> {
    let session = this.#sessions.get(key);
    if (!session) {
      session = Session.create(build(), {
        folder: this.open.graphFolder,
        prepack,
        ...(this.threads !== undefined && { threads: this.threads }),
      });
      this.#sessions.set(key, session);
    }
    return session;
  }

  /** Frees the graphs whose keys start with `prefix`; all of them unless told. */
  async release(prefix = ''): Promise<void> {
    for (const [key, session] of this.#sessions) {
      if (!key.startsWith(prefix)) continue;
      this.#sessions.delete(key);
      await (await session).release();
    }
  }

  /** The shapes of the graph that serves a batch of at most `rows` inputs. */
  shapeOf(
    batch: readonly EncodedPrompt[],
    vectors: PromptVectors | undefined,
    rows: number = rowsAtOnce,
  ): PromptShape {
    const length = Math.max(...batch.map((input) => input.ids.length));
    const positions = Math.max(...batch.map((input) => input.answerPositions.length));
    return {
      rows,
      length: paddedLength(length, tokenLimit(this.encoding, vectors?.deep ? vectors.count : 0)),
      positions: rows * positions,
      virtual: vectors?.count ?? 0,
      deep: vectors?.deep ?? false,
      ...decoderLength(batch),
    };
  }

  /**
   * Positions that a causal model makes once for all of `inputs`; rounded down as lengths are rounded
   * up, so that a few graphs serve all prompts, and less than any input has, so that rows differ.
   */
  #sharedStart(inputs: readonly EncodedPrompt[], vectors: PromptVectors | undefined): number {
    if (!this.open.lm.causal || vectors?.deep) return 0;
    const shortest = Math.min(...inputs.map(({ ids }) => ids.length));
    const start = Math.min(commonStart(inputs), shortest - 1);
    return Math.max(0, lengthStep * Math.floor(start / lengthStep));
  }

  /** What such a graph takes. */
  feedsOf(
    batch: readonly EncodedPrompt[],
    shape: PromptShape,
    vectors: PromptVectors | undefined,
  ): Feeds {
    return {
      ...batchFeeds(batch, shape),
      ...(vectors && {
        vectors: float32([vectors.count, vectors.data.length / vectors.count], vectors.data),
      }),
    };
  }

  #scoreSession(shape: PromptShape): Promise<Session> {
    return this.session(`score ${JSON.stringify(shape)}`, () =>
      buildScoreGraph(this.open.lm, shape),
    );
  }

  async #readTable(): Promise<Float32Array> {
    const session = await this.session('embeddings', () => buildEmbeddingGraph(this.open.lm));
    const size = readingPart(this.open.lm).embedding.vocabularySize;
    const ids = Array.from({ length: size }, (_, id) => id);
    return (await session.run({ ids: int64([size, 1], ids) })).table!;
  }
}

/** The longest of the decoder's inputs; nothing where the model has no decoder of its own. */
export function decoderLength(
  inputs: readonly EncodedPrompt[],
): Pick<PromptShape, 'decoderLength'> {
  const longest = Math.max(...inputs.map((input) => input.decoderIds?.length ?? 0));
  return longest > 0 ? { decoderLength: longest } : {};
}

/** The token that a decoder's input starts with. */
function decoderStart({ config, tokenizer, folder }: OpenModel): number {
  const id = config.decoderStartTokenId ?? config.padTokenId ?? tokenizer.padId;
  if (id !== undefined) return id;
  throw new PtuneError(
    'model/unsupported',
    `The configuration of the model in ${folder} does not say what its decoder starts with.`,
    'Put "decoder_start_token_id" into its config.json; models of T5\'s kind start with the padding token.',
  );
}

/**
 * Ids, mask, rows of vectors and answer positions of a batch, padded to `shape` at the end. Unused
 * places of `positions` name position 0.
 */
export function batchFeeds(batch: readonly EncodedPrompt[], shape: PromptShape): Feeds {
  const { rows, length, positions, decoderLength: answerLength } = shape;
  const ids = new Int32Array(rows * length);
  const mask = new Int32Array(rows * length);
  const virtual = new Int32Array(rows * length).fill(-1);
  const chosen = new Int32Array(positions);
  const decoderIds = new Int32Array(rows * (answerLength ?? 0));
  let at = 0;
  for (let row = 0; row < rows; row++) {
    // Rows without an input attend to one token: an empty row would divide by zero.
    mask[row * length] = 1;
    const input = batch[row];
    if (!input) continue;
    ids.set(input.ids, row * length);
    mask.fill(1, row * length, row * length + input.ids.length);
    virtual.set(input.rows, row * length);
    decoderIds.set(input.decoderIds ?? [], row * (answerLength ?? 0));
    const start = row * (answerLength ?? length);
    for (const position of input.answerPositions) chosen[at++] = start + position;
  }
  return {
    input_ids: int64([rows, length], ids),
    attention_mask: int64([rows, length], mask),
    positions: int64([positions], chosen),
    ...(shape.virtual > 0 && !shape.deep && { virtual_rows: int64([rows, length], virtual) }),
    ...(answerLength !== undefined && {
      decoder_input_ids: int64([rows, answerLength], decoderIds),
    }),
  };
}
