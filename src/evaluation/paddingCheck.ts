/** Compares what a model says of an input alone with what it says of it in a padded batch. */
import { PtuneError } from '../base/errors.ts';
import type { LanguageModel } from '../model/languageModel.ts';
import { buildScoreGraph, type PromptShape } from '../model/promptGraph.ts';
import { int64, Session } from '../runtime/session.ts';

/**
 * The largest difference of a log-probability over the vocabulary, over the largest log-probability:
 * of an input alone and in a batch with a longer one, padded at its end and at its start.
 */
export interface PaddingDifferences {
  readonly end: number;
  readonly start: number;
}

/** Differences up to this are rounding: some quantised models round by the whole batch. */
const tolerance = 0.05;

/** Lengths of the input alone and of the batch, and of what a decoder has read. */
const [own, padded, decoded] = [7, 12, 3];

/**
 * Runs one input alone and in two padded batches.
 *
 * @param folder  the model's folder of weights
 * @param padId   the token that stands before an input; behind it stands 0, as in batches
 * @throws PtuneError `model/unsupported` when padding at the end, as batches are padded, changes what
 *   the model says
 */
export async function paddingDifferences(
  lm: LanguageModel,
  folder: string,
  padId = 0,
): Promise<PaddingDifferences> {
  const shape: PromptShape = {
    rows: 1,
    length: own,
    positions: 1,
    virtual: 0,
    ...(lm.encoder && { decoderLength: decoded }),
  };
  const alone = await logProbabilities(lm, folder, shape, [{ offset: 0, padId }]);
  const batch = { ...shape, rows: 2, length: padded };
  const [atEnd, atStart] = await logProbabilities(lm, folder, batch, [
    { offset: 0, padId: 0 },
    { offset: padded - own, padId },
  ]);
  const end = difference(alone[0]!, atEnd!);
  // Also where the difference is no number.
  if (!(end <= tolerance)) {
    throw new PtuneError(
      'model/unsupported',
      `In a padded batch the model says something else than of an input alone: log-probabilities differ by ${(100 * end).toFixed(0)} %.`,
      'Export the model with the input "attention_mask".',
    );
  }
  return { end, start: difference(alone[0]!, atStart!) };
}

/** Where the first row's tokens begin, and what stands in the places that are left. */
interface Placement {
  readonly offset: number;
  readonly padId: number;
}

/** What the model says behind the first row's tokens. */
async function logProbabilities(
  lm: LanguageModel,
  folder: string,
  shape: PromptShape,
  placements: readonly Placement[],
): Promise<Float32Array[]> {
  const { rows, length, decoderLength } = shape;
  const session = await Session.create(buildScoreGraph(lm, shape), { folder });
  try {
    const results: Float32Array[] = [];
    for (const { offset, padId } of placements) {
      const ids = new Int32Array(rows * length);
      const mask = new Int32Array(rows * length).fill(1);
      const { vocabularySize } = (lm.encoder ?? lm).embedding;
      for (let i = 0; i < rows * length; i++) ids[i] = probeToken(i % length, vocabularySize);
      ids.fill(padId, 0, length);
      mask.fill(0, 0, length);
      for (let i = 0; i < own; i++) {
        ids[offset + i] = probeToken(i, vocabularySize);
        mask[offset + i] = 1;
      }
      const last = decoderLength === undefined ? offset + own - 1 : decoderLength - 1;
      const { log_probabilities: scores } = await session.run({
        input_ids: int64([rows, length], ids),
        attention_mask: int64([rows, length], mask),
        positions: int64([1], [last]),
        ...(decoderLength !== undefined && {
          decoder_input_ids: int64(
            [rows, decoderLength],
            Array.from({ length: rows * decoderLength }, (_, i) =>
              probeToken(i % decoderLength, vocabularySize),
            ),
          ),
        }),
      });
      results.push(scores!.slice());
    }
    return results;
  } finally {
    await session.release();
  }
}

/** A token for a place of an input that means nothing. */
export const probeToken = (place: number, vocabularySize: number): number =>
  vocabularySize < 10 ? place % vocabularySize : 5 + ((place * 7919) % (vocabularySize - 5));

function difference(a: Float32Array, b: Float32Array): number {
  let [largest, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const apart = Math.abs(a[i]! - b[i]!);
    // Not Math.max, which a tie of infinities would make no number.
    if (!(apart <= largest)) largest = a[i] === b[i] ? largest : apart;
    if (Number.isFinite(a[i]!)) size = Math.max(size, Math.abs(a[i]!));
  }
  return largest / size;
}
