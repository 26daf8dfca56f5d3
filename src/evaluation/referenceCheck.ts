/** Compares losses, logits and gradients with values that another framework computed. */
import { differentiate } from '../autodiff/differentiate.ts';
import { PtuneError } from '../base/errors.ts';
import { attachEncoder, attachModel, type ModelFeed } from '../model/attach.ts';
import type { Encoder, LanguageModel } from '../model/languageModel.ts';
import { crossEntropy } from '../model/objective.ts';
import { selectPositions } from '../model/selectPositions.ts';
import { GraphBuilder } from '../onnx/builder.ts';
import { writeModel } from '../onnx/write.ts';
import { float32, int64, Session, type Feeds, type HostTensor } from '../runtime/session.ts';

/** An array of a case, row-major. */
interface ReferenceArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** One case: inputs and what PyTorch made of them. An encoder-decoder model has two embeddings. */
export interface ReferenceCase {
  readonly inputs: Readonly<Record<string, ReferenceArray>>;
  readonly inputs_embeds?: ReferenceArray;
  readonly encoder_inputs_embeds?: ReferenceArray;
  readonly decoder_inputs_embeds?: ReferenceArray;
  readonly logits: ReferenceArray;
  readonly loss_positions: readonly number[];
  readonly targets: readonly number[];
  readonly loss_mean: number;
  readonly grad_inputs_embeds_of_loss_mean?: ReferenceArray;
  readonly grad_encoder_inputs_embeds_of_loss_mean?: ReferenceArray;
  readonly grad_decoder_inputs_embeds_of_loss_mean?: ReferenceArray;
}

/** The graphs to check: a model, and the encoder that it reads where there is one. */
export interface CheckedModel {
  readonly lm: LanguageModel;
  readonly encoder?: Encoder;
  /** Folder of the files, in which external data lies. */
  readonly folder: string;
}

/** Which embeddings a case differentiates. */
type Embeds = 'inputs_embeds' | 'encoder_inputs_embeds' | 'decoder_inputs_embeds';

/** Relative errors of one case. */
export interface CaseErrors {
  /** Counts from 1. */
  readonly case: number;
  /** |a − b| / |b| */
  readonly loss: number;
  /** max |a − b| / max |b| over the positions that are attended to. */
  readonly logits: number;
  /** ‖a − b‖₂ / ‖b‖₂ */
  readonly gradient: number;
  /** Cosine of the angle between the gradients: what quantised models are judged by. */
  readonly cosine: number;
}

/** The cases in the text of a `cases.json`. Throws `reference/unreadable` when it holds none. */
export function parseReference(text: string, name: string): ReferenceCase[] {
  const unreadable = (why: string, cause?: unknown) =>
    new PtuneError(
      'reference/unreadable',
      `"${name}" holds no reference cases: ${why}.`,
      'It needs {"cases": [{"inputs", "inputs_embeds", "logits", "loss_mean", …}]}.',
      cause,
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable('it is no JSON', error);
  }
  const cases = (value as { cases?: unknown } | null)?.cases;
  if (!Array.isArray(cases) || cases.length === 0) throw unreadable('"cases" is missing or empty');
  for (const [i, item] of (cases as Partial<ReferenceCase>[]).entries()) {
    const embeds = item.encoder_inputs_embeds ? 'encoder_inputs_embeds' : 'inputs_embeds';
    const keys = ['inputs', embeds, 'logits', 'targets', `grad_${embeds}_of_loss_mean`] as const;
    const missing = keys.filter((key) => item[key] === undefined);
    if (missing.length > 0) throw unreadable(`case ${i + 1} has no "${missing.join('", "')}"`);
  }
  return cases as ReferenceCase[];
}

/** Runs `reference` through the differentiated model and measures how far it is off. */
export async function checkCase(
  checked: CheckedModel,
  reference: ReferenceCase,
  number: number,
): Promise<CaseErrors> {
  const graph = new CaseGraph(checked, reference);
  const { feeds, model } = graph.build();
  const session = await Session.create(model, { folder: checked.folder });
  try {
    const { loss, logits, ...gradients } = await session.run(feeds);
    // The mask of an encoder-decoder case is the encoder's; its decoder sees every position.
    const mask = checked.encoder ? undefined : reference.inputs.attention_mask?.data;
    const pairs = Object.entries(gradients).map(
      ([embeds, own]) => [own, reference[`grad_${embeds as Embeds}_of_loss_mean`]!.data] as const,
    );
    return {
      case: number,
      loss: Math.abs(loss![0]! - reference.loss_mean) / Math.abs(reference.loss_mean),
      logits: largestError(logits!, reference.logits.data, mask),
      gradient: Math.max(...pairs.map(([own, other]) => relativeL2(own, other))),
      cosine: Math.min(...pairs.map(([own, other]) => cosine(own, other))),
    };
  } finally {
    await session.release();
  }
}

/** The graph of one case: loss, logits and the gradient of each of its embeddings. */
class CaseGraph {
  readonly #checked: CheckedModel;
  readonly #reference: ReferenceCase;
  readonly #builder: GraphBuilder;
  readonly #feeds: Record<string, HostTensor> = {};

  constructor(checked: CheckedModel, reference: ReferenceCase) {
    this.#checked = checked;
    this.#reference = reference;
    this.#builder = new GraphBuilder({ readStored: checked.lm.model.readStored });
  }

  build(): { feeds: Feeds; model: Uint8Array } {
    const builder = this.#builder;
    const { loss_positions: positions, targets } = this.#reference;
    const vectors = new Map<Embeds, string>();
    const logits = this.#logits(vectors);
    const [, length] = builder.shapeOf(logits) as [number, number];
    const places = positions.map((t, row) => row * length + t);
    const loss = crossEntropy(
      builder,
      selectPositions(builder, logits, builder.ints(places)),
      builder.ints(targets),
      builder.constant(
        'float32',
        [targets.length],
        targets.map(() => 1 / targets.length),
      ),
    );
    const gradients = differentiate(builder, { of: loss, wrt: [...vectors.values()] });
    const named = [...vectors].map(([name, value]) => [name, gradients.get(value)!] as const);
    const outputs = { loss, logits, ...Object.fromEntries(named) };
    return { feeds: this.#feeds, model: writeModel(this.#builder.build(outputs)) };
  }

  #logits(vectors: Map<Embeds, string>): string {
    const { lm, encoder } = this.#checked;
    if (!encoder) return attachModel(this.#builder, lm, this.#feed('inputs_embeds', '', vectors));
    const feed = this.#feed('encoder_inputs_embeds', '', vectors);
    const states = attachEncoder(this.#builder, encoder, feed);
    const decoder = this.#feed('decoder_inputs_embeds', 'decoder_', vectors);
    return attachModel(this.#builder, lm, decoder, { states, mask: feed.attentionMask });
  }

  /** The inputs of one graph; the names of a decoder's start with `prefix`. */
  #feed(embeds: Embeds, prefix: string, vectors: Map<Embeds, string>): ModelFeed {
    const array = this.#reference[embeds]!;
    const shape = array.shape.slice(0, 2);
    // Outputs have the names of the embeddings: the inputs need others.
    const inputsEmbeds = this.#builder.input(`value ${embeds}`, 'float32', array.shape);
    this.#feeds[inputsEmbeds] = float32(array.shape, Float32Array.from(array.data));
    vectors.set(embeds, inputsEmbeds);
    const positionIds = this.#integers(`${prefix}position_ids`);
    const tokenTypeIds = this.#integers(`${prefix}token_type_ids`);
    return {
      inputIds: this.#integers(`${prefix}input_ids`) ?? this.#builder.filled(0, shape, 'int64'),
      attentionMask:
        this.#integers(`${prefix}attention_mask`) ?? this.#builder.filled(1, shape, 'int64'),
      inputsEmbeds,
      ...(positionIds !== undefined && { positionIds }),
      ...(tokenTypeIds !== undefined && { tokenTypeIds }),
    };
  }

  #integers(name: string): string | undefined {
    const array = this.#reference.inputs[name];
    if (!array) return undefined;
    this.#feeds[name] = int64(array.shape, array.data);
    return this.#builder.input(name, 'int64', array.shape);
  }
}

/** max |a − b| / max |b| over rows whose mask is not 0; the mask has one element a row. */
function largestError(
  a: ArrayLike<number>,
  b: readonly number[],
  mask: readonly number[] | undefined,
): number {
  const width = b.length / (mask?.length ?? 1);
  let error = 0;
  let size = 0;
  b.forEach((value, i) => {
    if (mask && mask[Math.floor(i / width)] === 0) return;
    error = Math.max(error, Math.abs(a[i]! - value));
    size = Math.max(size, Math.abs(value));
  });
  return error / size;
}

/** ‖a − b‖₂ / ‖b‖₂ */
export function relativeL2(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let error = 0;
  let size = 0;
  for (let i = 0; i < b.length; i++) {
    error += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(error / size);
}

/** a·b / (‖a‖₂·‖b‖₂) */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let product = 0;
  let [left, right] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    product += a[i]! * b[i]!;
    left += a[i]! ** 2;
    right += b[i]! ** 2;
  }
  return product / Math.sqrt(left * right);
}
