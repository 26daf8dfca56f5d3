/** Chooses the tokens that the model has to guess. */
import type { Random } from '../../src/base/random.ts';
import type { TrainingBatch } from './pretrain.ts';

/** A document's token ids with the special ones, and which of them are a fact's answer. */
export interface TokenizedDocument {
  readonly ids: readonly number[];
  /** Positions of answers' tokens. */
  readonly answers: readonly number[];
}

/** Ids of [PAD] and [MASK] in the project's own tokenizer, and the first id of a word. */
const pad = 0;
const maskId = 4;
const firstWord = 5;

/** The share of rows in which just the answer is asked for; of the others' tokens 15 % are. */
const answerShare = 0.5;
const tokenShare = 0.15;

/** Lengths that batches are padded to. */
const lengths = [12, 16, 24, 32, 48];

/** Endless batches of documents of like length, at most `batchTokens` each, epoch after epoch. */
export function* maskedBatches(
  documents: (epoch: number) => readonly TokenizedDocument[],
  batchTokens: number,
  random: Random,
): Generator<TrainingBatch, never> {
  for (let epoch = 0; ; epoch++) {
    const waiting = new Map<number, TokenizedDocument[]>(lengths.map((n) => [n, []]));
    for (const document of documents(epoch)) {
      const length = lengths.find((n) => n >= document.ids.length)!;
      const queue = waiting.get(length)!;
      queue.push(document);
      const size = Math.floor(batchTokens / length);
      if (queue.length >= size) yield maskBatch(queue.splice(0, size), length, random);
    }
  }
}

/** A batch of `documents`, padded to `length`. */
function maskBatch(
  documents: readonly TokenizedDocument[],
  length: number,
  random: Random,
): TrainingBatch {
  const rows = documents.length;
  const ids = new Int32Array(rows * length).fill(pad);
  const mask = new Int32Array(rows * length);
  const chosen: { at: number; target: number }[] = [];
  documents.forEach((document, row) => {
    document.ids.forEach((id, t) => {
      ids[row * length + t] = id;
      mask[row * length + t] = 1;
    });
    for (const t of choose(document, random)) {
      const at = row * length + t;
      chosen.push({ at, target: ids[at]! });
    }
    for (const t of new Set(
      chosen.filter((c) => Math.floor(c.at / length) === row).map((c) => c.at),
    )) {
      // As BERT does: of ten chosen tokens eight are hidden, one is replaced and one is left.
      const dice = random.uniform();
      if (dice < 0.8) ids[t] = maskId;
      else if (dice < 0.9) ids[t] = document.ids[1 + random.integer(document.ids.length - 2)]!;
    }
  });
  const capacity = rows * Math.ceil(length * 0.25);
  const kept = chosen.slice(0, capacity);
  const padTo = <T extends Int32Array | Float32Array>(
    array: T,
    value: (i: number) => number,
  ): T => {
    for (let i = 0; i < kept.length; i++) array[i] = value(i);
    return array;
  };
  return {
    rows,
    length,
    ids,
    mask,
    positions: padTo(new Int32Array(capacity), (i) => kept[i]!.at),
    targets: padTo(new Int32Array(capacity), (i) => kept[i]!.target),
    weights: padTo(new Float32Array(capacity), () => 1 / kept.length),
  };
}

/** Positions to predict in one document. */
function choose(document: TokenizedDocument, random: Random): number[] {
  if (document.answers.length > 0 && random.uniform() < answerShare) return [...document.answers];
  const words = [...document.ids.keys()].filter((t) => document.ids[t]! >= firstWord);
  const some = words.filter(() => random.uniform() < tokenShare);
  return some.length > 0 ? some : [words[random.integer(words.length)]!];
}
