/** Packs texts into the rows that a causal model learns from. */
import type { Random } from '../../src/base/random.ts';
import type { TrainingBatch } from './pretrain.ts';

/** How texts become rows. */
export interface PackingOptions {
  /** Rows of a batch. */
  readonly rows: number;
  /** Tokens of a row. */
  readonly length: number;
  /** The token between two texts. */
  readonly end: number;
}

/**
 * Endless batches of whole texts, epoch after epoch, each row filled with as many as it has room
 * for. Every token of a row is predicted from those before it; texts stand at all positions. Half of
 * the rows begin with the end of a text: a text may be asked for with nothing before it.
 */
export function* packedBatches(
  texts: (epoch: number) => Iterable<readonly number[]>,
  options: PackingOptions,
  random: Random,
): Generator<TrainingBatch, never> {
  let rows: number[][] = [];
  for (let epoch = 0; ; epoch++) {
    for (const row of packedRows(texts(epoch), options, random)) {
      rows.push(row);
      if (rows.length < options.rows) continue;
      yield batchOf(rows, options);
      rows = [];
    }
  }
}

/** Rows of at most `length` + 1 tokens, the last of which is only predicted. */
function* packedRows(
  texts: Iterable<readonly number[]>,
  { length, end }: PackingOptions,
  random: Random,
): Generator<number[]> {
  const begin = () => (random.uniform() < 0.5 ? [end] : []);
  let row = begin();
  for (const text of texts) {
    const next = [...text, end];
    if (row.length > 1 && row.length + next.length > length + 1) {
      yield row;
      row = begin();
    }
    row.push(...next);
  }
  if (row.length > 1) yield row;
}

function batchOf(
  tokens: readonly (readonly number[])[],
  { rows, length, end }: PackingOptions,
): TrainingBatch {
  const ids = new Int32Array(rows * length).fill(end);
  const targets = new Int32Array(rows * length);
  const weights = new Float32Array(rows * length);
  tokens.forEach((row, r) => {
    const count = Math.min(row.length - 1, length);
    for (let t = 0; t < count; t++) {
      ids[r * length + t] = row[t]!;
      targets[r * length + t] = row[t + 1]!;
      weights[r * length + t] = 1;
    }
  });
  const predicted = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    rows,
    length,
    ids,
    // Nothing looks ahead, so the padding at the end needs no mask.
    mask: new Int32Array(rows * length).fill(1),
    positions: Int32Array.from({ length: rows * length }, (_, i) => i),
    targets,
    weights: weights.map((weight) => weight / predicted),
  };
}
