/** Compares losses, logits and gradients with values that another framework computed. */
import { differentiate } from '../autodiff/differentiate.ts';
import { PtuneError } from '../base/errors.ts';
import { attachModel } from '../model/attach.ts';
import type { LanguageModel } from '../model/languageModel.ts';
import { crossEntropy } from '../model/objective.ts';
import { selectPositions } from '../model/selectPositions.ts';
import { GraphBuilder } from '../onnx/builder.ts';
import { writeModel } from '../onnx/write.ts';
import { float32, int64, Session, type HostTensor } from '../runtime/session.ts';

/** An array of a case, row-major. */
interface ReferenceArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** One case: inputs and what PyTorch made of them. */
export interface ReferenceCase {
  readonly inputs: Readonly<Record<string, ReferenceArray>>;
  readonly inputs_embeds: ReferenceArray;
  readonly logits: ReferenceArray;
  readonly loss_positions: readonly number[];
  readonly targets: readonly number[];
  readonly loss_mean: number;
  readonly grad_inputs_embeds_of_loss_mean: ReferenceArray;
}

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
    const missing = (
      ['inputs', 'inputs_embeds', 'logits', 'targets', 'grad_inputs_embeds_of_loss_mean'] as const
    ).filter((key) => item[key] === undefined);
    if (missing.length > 0) throw unreadable(`case ${i + 1} has no "${missing.join('", "')}"`);
  }
  return cases as ReferenceCase[];
}

/** Runs `reference` through the differentiated model and measures how far it is off. */
export async function checkCase(
  lm: LanguageModel,
  folder: string,
  reference: ReferenceCase,
  number: number,
): Promise<CaseErrors> {
  const builder = new GraphBuilder({ readStored: lm.model.readStored });
  const embeds = reference.inputs_embeds;
  const [batch, length] = embeds.shape as [number, number];
  const feeds: Record<string, HostTensor> = {
    inputs_embeds: float32(embeds.shape, Float32Array.from(embeds.data)),
  };
  const vectors = builder.input('inputs_embeds', 'float32', embeds.shape);
  const input = (name: string): string | undefined => {
    const array = reference.inputs[name];
    if (!array) return undefined;
    feeds[name] = int64(array.shape, array.data);
    return builder.input(name, 'int64', array.shape);
  };
  const positionIds = input('position_ids');
  const tokenTypeIds = input('token_type_ids');
  const logits = attachModel(builder, lm, {
    inputIds: input('input_ids') ?? builder.filled(0, [batch, length], 'int64'),
    attentionMask: input('attention_mask') ?? builder.filled(1, [batch, length], 'int64'),
    inputsEmbeds: vectors,
    ...(positionIds !== undefined && { positionIds }),
    ...(tokenTypeIds !== undefined && { tokenTypeIds }),
  });
  const places = reference.loss_positions.map((t, row) => row * length + t);
  const chosen = selectPositions(builder, logits, builder.ints(places));
  const loss = crossEntropy(
    builder,
    chosen,
    builder.ints(reference.targets),
    builder.constant('float32', [batch], new Array<number>(batch).fill(1 / batch)),
  );
  const gradient = differentiate(builder, { of: loss, wrt: [vectors] }).get(vectors)!;
  const session = await Session.create(writeModel(builder.build({ loss, logits, gradient })), {
    folder,
  });
  try {
    const result = await session.run(feeds);
    const mask = reference.inputs.attention_mask?.data;
    return {
      case: number,
      loss: Math.abs(result.loss![0]! - reference.loss_mean) / Math.abs(reference.loss_mean),
      logits: largestError(result.logits!, reference.logits.data, mask),
      gradient: relativeL2(result.gradient!, reference.grad_inputs_embeds_of_loss_mean.data),
    };
  } finally {
    await session.release();
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
