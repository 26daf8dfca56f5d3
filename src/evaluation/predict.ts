/** Runs a prompt over examples: the one function behind every score. */
import { rankToken } from './rankToken.ts';
import { predictWritten, writtenAnswers, type WrittenAnswer } from './predictWritten.ts';
import { invariant } from '../base/errors.ts';
import type { Example } from '../data/examples.ts';
import type { EncodedPrompt, PromptEncoding } from '../encoding/encodePrompt.ts';
import { wordInputs } from '../encoding/wordInputs.ts';
import type { Prediction } from '../protocol/predictions.ts';
import type { Candidate, CandidateSet } from './candidates.ts';
import type { PromptVectors } from '../encoding/virtualTokens.ts';
import type { PromptModel } from './promptModel.ts';

/** The score of each candidate for one example. */
export interface AnswerScores {
  readonly candidate: string;
  /** Mean log-probability, nats. */
  readonly score: number;
  /** Softmax over the candidates. */
  readonly probability: number;
}

export interface PredictInputs {
  readonly model: PromptModel;
  readonly encoding: PromptEncoding;
  readonly vectors: PromptVectors | undefined;
  readonly candidates: CandidateSet;
  readonly signal?: AbortSignal;
}

/** The answers of a prompt to `examples`, in their order. */
export async function predict(
  inputs: PredictInputs,
  examples: readonly Example[],
): Promise<Prediction[]> {
  if (inputs.candidates.kind === 'vocabulary') return predictTokens(inputs, examples);
  if (inputs.candidates.kind === 'generate') return predictWritten(inputs, examples);
  const words = new WordScores(inputs, examples);
  await words.run();
  return examples.map((example, i) =>
    decide(
      { ...example, index: i, answer: answerOf(example, inputs) },
      inputs.candidates.candidates.map((candidate) => ({
        name: candidate.name,
        score: mean(candidate.words.map((word) => words.of(i, word))),
      })),
      inputs.candidates.kind === 'labels' ? undefined : words.of(i, answerOf(example, inputs)),
    ),
  );
}

/** As many tokens are ranked where the whole vocabulary may answer. */
const rankedTokens = 50;

/**
 * Every candidate's score for one example, best first; of the whole vocabulary the 50 likeliest, and
 * of a model that writes freely the one answer that it writes.
 */
export async function rankCandidates(
  inputs: PredictInputs,
  example: Example,
): Promise<AnswerScores[]> {
  if (inputs.candidates.kind === 'vocabulary') return rankTokens(inputs, example);
  if (inputs.candidates.kind === 'generate') {
    const [{ text, score }] = (await writtenAnswers(inputs, [example])) as [WrittenAnswer];
    return [{ candidate: text, score, probability: Math.exp(score) }];
  }
  const words = new WordScores(inputs, [example], false);
  await words.run();
  const scores = inputs.candidates.candidates.map((candidate: Candidate) =>
    mean(candidate.words.map((word) => words.of(0, word))),
  );
  const probabilities = softmax(scores);
  return inputs.candidates.candidates
    .map(({ name }, i) => ({ candidate: name, score: scores[i]!, probability: probabilities[i]! }))
    .sort((a, b) => b.score - a.score);
}

/** The lines of a file of candidates have no spaces around them, so neither have the answers. */
function answerOf({ answer }: Example, { candidates }: PredictInputs): string {
  return candidates.kind === 'file' ? answer.trim() : answer;
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** ln Σ exp */
function logSum(scores: readonly number[]): number {
  const max = Math.max(...scores);
  return max + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - max), 0));
}

function softmax(scores: readonly number[]): number[] {
  const max = Math.max(...scores);
  const exps = scores.map((score) => Math.exp(score - max));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((e) => e / sum);
}

/** `ownScore`: the right answer's own log-probability; a label's is relative to the others. */
function decide(
  example: Example,
  candidates: readonly { readonly name: string; readonly score: number }[],
  ownScore: number | undefined,
): Prediction {
  const probabilities = softmax(candidates.map((c) => c.score));
  const right = candidates.findIndex((c) => c.name === example.answer);
  let best = 0;
  candidates.forEach((c, i) => {
    if (c.score > candidates[best]!.score) best = i;
  });
  const score = candidates[right]?.score ?? -Infinity;
  // What is not below it counts against it: ties, and what is no number.
  const better = candidates.filter((c, i) => i !== right && !(c.score < score)).length;
  const probability = right < 0 ? 0 : probabilities[right]!;
  return {
    example: example.index,
    answer: example.answer,
    predicted: candidates[best]!.name,
    correct: better === 0 && right >= 0 && !Number.isNaN(score),
    rank: better + 1,
    probability,
    predictedProbability: probabilities[best]!,
    loss: ownScore === undefined ? logSum(candidates.map((c) => c.score)) - score : -ownScore,
  };
}

/** Mean log-probability of words in the answer's place, for every example. */
class WordScores {
  readonly #inputs: PredictInputs;
  readonly #examples: readonly Example[];
  readonly #ids = new Map<string, readonly number[]>();
  readonly #scores: Map<string, number>[];

  constructor(inputs: PredictInputs, examples: readonly Example[], withAnswers = true) {
    this.#inputs = inputs;
    this.#examples = examples;
    this.#scores = examples.map(() => new Map<string, number>());
    const { candidates, encoding } = inputs;
    const answers = candidates.kind === 'labels' || !withAnswers ? [] : examples;
    const words = [
      ...candidates.candidates.flatMap((c) => c.words),
      ...answers.map((e) => answerOf(e, inputs)),
    ];
    for (const word of words) this.#ids.set(word, encoding.answerIds(word));
  }

  of(example: number, word: string): number {
    const score = this.#scores[example]!.get(word);
    invariant(score !== undefined, `"${word}" was not scored.`);
    return score;
  }

  async run(): Promise<void> {
    const { encoding, model, vectors, signal } = this.#inputs;
    const words = [...this.#ids.keys()];
    const ids = [...this.#ids.values()];
    const inputs = wordInputs(ids, model.encoding.causal);
    const count = this.#examples.length;
    // Of a single example all inputs go together; of many, each input fills batches by itself.
    for (const together of count === 1 ? [inputs] : inputs.map((input) => [input])) {
      await model.score(
        together.flatMap((input) => this.#examples.map((one) => encoding.encode(one, input.ids))),
        vectors,
        (index, rows) => {
          for (const w of together[Math.floor(index / count)]!.words) {
            const scores = ids[w]!.map((id, j) => rows[j]![id]!);
            this.#scores[index % count]!.set(words[w]!, mean(scores));
          }
        },
        signal,
      );
    }
  }
}

/**
 * Predictions among all tokens. An answer of several tokens is right when each is the likeliest in
 * its place; its rank is its worst token's.
 */
async function predictTokens(
  inputs: PredictInputs,
  examples: readonly Example[],
): Promise<Prediction[]> {
  const { model, encoding, vectors, signal } = inputs;
  const answers = examples.map((example) => encoding.answerIds(example.answer));
  const encoded: EncodedPrompt[] = examples.map((e, i) => encoding.encode(e, answers[i]!));
  const skipped = new Set(model.open.tokenizer.specialIds);
  const predictions = new Array<Prediction>(examples.length);
  await model.score(
    encoded,
    vectors,
    (index, rows) => {
      const ids = answers[index]!;
      const places = rows.map((row, j) => rankToken(row, ids[j]!, skipped));
      const score = mean(ids.map((id, j) => rows[j]![id]!));
      const rank = Math.max(...places.map((p) => p.rank));
      const correct = places.every((place, j) => place.rank === 1 && place.best === ids[j]);
      predictions[index] = {
        example: index,
        answer: examples[index]!.answer,
        predicted: model.open.tokenizer.decode(places.map((p) => p.best)).trim(),
        correct,
        rank,
        probability: Math.exp(score),
        predictedProbability: Math.exp(mean(places.map((p, j) => rows[j]![p.best]!))),
        loss: -score,
      };
    },
    signal,
  );
  return predictions;
}

/** The likeliest tokens in the answer's place, best first. */
async function rankTokens(inputs: PredictInputs, example: Example): Promise<AnswerScores[]> {
  const { model, encoding, vectors, signal } = inputs;
  const { tokenizer } = model.open;
  const skipped = new Set(tokenizer.specialIds);
  let ranked: AnswerScores[] = [];
  await model.score(
    // One token of any kind: only its place counts.
    [encoding.encode(example, [0])],
    vectors,
    (_, rows) => {
      const scores = rows[0]!;
      ranked = Array.from({ length: tokenizer.vocabularySize }, (__, id) => id)
        .filter((id) => !skipped.has(id))
        .sort((a, b) => scores[b]! - scores[a]!)
        .slice(0, rankedTokens)
        .map((id) => ({
          candidate: tokenizer.decode([id]).trim(),
          score: scores[id]!,
          probability: Math.exp(scores[id]!),
        }));
    },
    signal,
  );
  return ranked;
}
