/** Compares what a model says of an input alone with what it says of it in a padded batch. */
import { PtuneError } from '../base/errors.ts';
import { readingPart, type LanguageModel } from '../model/languageModel.ts';
import { buildScoreGraph, type PromptShape } from '../model/promptGraph.ts';
import type { Graph } from '../onnx/graph.ts';
import { int64, Session, type Feeds } from '../runtime/session.ts';

/**
 * The largest difference of a log-probability over the vocabulary, over the largest log-probability:
 * of an input alone and in a batch with a longer one, padded at its end and at its start.
 */
export interface PaddingDifferences {
  readonly end: number;
  readonly start: number;
}

/** What the check says of a model that it does not refuse. */
export interface PaddingCheck {
  /** As in `PaddingDifferences`. */
  readonly end: number;
  /** More than rounding: the model looks at what stands beside a token, whatever the mask says. */
  readonly leaks: boolean;
}

/**
 * Differences up to these are rounding. Models of floats differ by less than 1e-6. Dynamic
 * quantisation takes its scale from the whole batch, padding included: there it is up to 0.02.
 */
const tolerances = { float: 1e-3, dynamic: 0.05 } as const;

/** How many tokens of its own an input gets, how many a batch has, and how many a decoder has read. */
const [ownLength, batchLength, decoded] = [7, 12, 3];

/** What is known of a model beside its graph. */
export interface ProbeOptions {
  /** The longest input in tokens. */
  readonly maxPositions?: number | undefined;
  /** The token that stands before an input; behind it stands 0, as in batches. */
  readonly padId?: number | undefined;
}

/**
 * Runs one input alone and in two padded batches.
 *
 * @param folder  the model's folder of weights
 * @throws PtuneError `model/unsupported` when padding at the end, as batches are padded, changes what
 *   the model says, and the mask has no effect
 */
export async function paddingDifferences(
  lm: LanguageModel,
  folder: string,
  { maxPositions, padId = 0 }: ProbeOptions = {},
): Promise<PaddingDifferences> {
  const lengths = lengthsFor(maxPositions);
  const atStart = { offset: lengths.batch - lengths.own, padId };
  const [alone, end, seen, start] = await logProbabilities(lm, folder, lengths, [
    atEnd,
    attended,
    atStart,
  ]);
  const { end: own } = judged(lm, alone!, end!, seen!);
  return { end: own, start: difference(alone!, start!) };
}

/** What was found, by the hashes of the models. */
const checked = new Map<string, PaddingCheck>();

/**
 * Looks, once in a process for each model, at whether padding changes what it says.
 *
 * @param hash  of the model's files
 * @throws PtuneError `model/unsupported` when it does, and the mask has no effect
 */
export async function checkPadding(
  lm: LanguageModel,
  folder: string,
  hash: string,
  { maxPositions }: ProbeOptions = {},
): Promise<PaddingCheck> {
  const known = checked.get(hash);
  if (known) return known;
  const lengths = lengthsFor(maxPositions);
  const [alone, end, seen] = await logProbabilities(lm, folder, lengths, [atEnd, attended]);
  const found = judged(lm, alone!, end!, seen!);
  checked.set(hash, found);
  return found;
}

/** Judges what a model says of an input alone, with padding, and with padding that is attended to. */
function judged(
  lm: LanguageModel,
  alone: Float32Array,
  padded: Float32Array,
  seen: Float32Array,
): PaddingCheck {
  const graphs = [lm.model.graph, ...(lm.encoder ? [lm.encoder.model.graph] : [])];
  const tolerance = tolerances[graphs.some(isDynamic) ? 'dynamic' : 'float'];
  const end = difference(alone, padded);
  // A model of numbers that are none is refused elsewhere, for that.
  const leaks = end > tolerance;
  if (!leaks || difference(seen, padded) > tolerance) return { end, leaks };
  throw new PtuneError(
    'model/unsupported',
    `In a padded batch the model says something else than of an input alone, and its attention mask changes nothing: log-probabilities differ by ${(100 * end).toFixed(1)} %.`,
    'Export the model with the input "attention_mask".',
  );
}

/** Whether a graph quantises what it computes by scales that it takes from the batch. */
const isDynamic = ({ nodes }: Graph): boolean =>
  nodes.some(({ op }) => op.startsWith('DynamicQuantize'));

/** Where the first row's tokens begin, and what stands in the places that are left. */
interface Placement {
  readonly offset: number;
  readonly padId: number;
  /** The mask says that the places that are left count, too. */
  readonly attended?: boolean;
}

interface Lengths {
  /** Tokens of the input. */
  readonly own: number;
  readonly batch: number;
}

function lengthsFor(maxPositions = batchLength): Lengths {
  const batch = Math.max(1, Math.min(batchLength, maxPositions));
  return { own: Math.max(1, Math.min(ownLength, batch - 1)), batch };
}

const atEnd: Placement = { offset: 0, padId: 0 };
const attended: Placement = { ...atEnd, attended: true };

/** What the model says of an input alone, then of it in a batch with each of these placements. */
async function logProbabilities(
  lm: LanguageModel,
  folder: string,
  lengths: Lengths,
  placements: readonly Placement[],
): Promise<Float32Array[]> {
  const one: PromptShape = {
    rows: 1,
    length: lengths.own,
    positions: 1,
    virtual: 0,
    ...(lm.encoder && { decoderLength: decoded }),
  };
  const batch = { ...one, rows: 2, length: lengths.batch };
  return [
    ...(await scores(lm, folder, one, lengths.own, [atEnd])),
    ...(await scores(lm, folder, batch, lengths.own, placements)),
  ];
}

/** What the model says behind the first row's `own` tokens. */
async function scores(
  lm: LanguageModel,
  folder: string,
  shape: PromptShape,
  own: number,
  placements: readonly Placement[],
): Promise<Float32Array[]> {
  const session = await Session.create(buildScoreGraph(lm, shape), { folder });
  try {
    const results: Float32Array[] = [];
    for (const placement of placements) {
      const { log_probabilities: found } = await session.run(feeds(lm, shape, own, placement));
      results.push(found!.slice());
    }
    return results;
  } finally {
    await session.release();
  }
}

function feeds(
  lm: LanguageModel,
  shape: PromptShape,
  own: number,
  { offset, padId, attended: all = false }: Placement,
): Feeds {
  const { rows, length, decoderLength } = shape;
  const { vocabularySize } = readingPart(lm).embedding;
  const tokens = (count: number, width: number) =>
    Int32Array.from({ length: count * width }, (_, i) => probeToken(i % width, vocabularySize));
  const ids = tokens(rows, length);
  const mask = new Int32Array(rows * length).fill(1);
  ids.fill(padId, 0, length).set(tokens(1, own), offset);
  if (!all) mask.fill(0, 0, length).fill(1, offset, offset + own);
  const last = decoderLength === undefined ? offset + own - 1 : decoderLength - 1;
  return {
    input_ids: int64([rows, length], ids),
    attention_mask: int64([rows, length], mask),
    positions: int64([1], [last]),
    ...(decoderLength !== undefined && {
      decoder_input_ids: int64([rows, decoderLength], tokens(rows, decoderLength)),
    }),
  };
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
