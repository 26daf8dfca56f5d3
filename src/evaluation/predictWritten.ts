/** Predictions of a model that writes its answers freely. */
import { invariant } from '../base/errors.ts';
import type { Example } from '../data/examples.ts';
import type { Prediction } from '../protocol/predictions.ts';
import { isExactMatch, tokenF1 } from './answerMatch.ts';
import { generate } from './generate.ts';
import type { PredictInputs } from './predict.ts';
import { rankToken } from './rankToken.ts';
import { meanOf } from './statistics.ts';

/** An answer that the model wrote. */
export interface WrittenAnswer {
  readonly text: string;
  /** Mean log-probability of its tokens, nats. */
  readonly score: number;
}

/**
 * The answers that the model writes to `examples`. One is right when it matches the right answer
 * exactly after normalization. Loss and probability are the right answer's own, its end included; its
 * rank is that of its worst token, but 1 for an answer that is right and for no other.
 */
export async function predictWritten(
  inputs: PredictInputs,
  examples: readonly Example[],
): Promise<Prediction[]> {
  const written = await writtenAnswers(inputs, examples);
  const { model, encoding, vectors, signal } = inputs;
  const answers = examples.map((example) => encoding.answerIds(example.answer));
  const predictions = new Array<Prediction>(examples.length);
  await model.score(
    examples.map((example, i) => encoding.encode(example, answers[i]!)),
    vectors,
    (index, rows) => {
      const ids = answers[index]!;
      const { answer } = examples[index]!;
      const { text, score } = written[index]!;
      const own = meanOf(ids.map((id, j) => rows[j]![id]!));
      const correct = isExactMatch(text, answer);
      const ranks = rows.map((row, j) => rankToken(row, ids[j]!, nothing).rank);
      predictions[index] = {
        example: index,
        answer,
        predicted: text,
        correct,
        rank: correct ? 1 : Math.max(2, ...ranks),
        probability: Math.exp(own),
        predictedProbability: Math.exp(score),
        loss: -own,
        f1: tokenF1(text, answer),
      };
    },
    signal,
  );
  return predictions;
}

/** No token is left out: the end of an answer is a special one. */
const nothing: ReadonlySet<number> = new Set();

/** What the model writes in the answer's place of each example. */
export async function writtenAnswers(
  inputs: PredictInputs,
  examples: readonly Example[],
): Promise<WrittenAnswer[]> {
  const { model, encoding, vectors, candidates, signal } = inputs;
  const { maxTokens } = candidates;
  invariant(maxTokens !== undefined, 'Writing needs a limit.');
  // A decoder of its own does not write into the input.
  const room = model.encoding.decoderStart === undefined ? maxTokens : 0;
  const prompts = examples.map((example) => encoding.encode(example, [], room));
  const texts = await generate(model, prompts, {
    vectors,
    maxTokens,
    end: encoding.answerEnd,
    signal,
  });
  return texts.map(({ ids, logProbabilities }) => ({
    text: model.open.tokenizer.decode(ids).trim(),
    score: meanOf(logProbabilities),
  }));
}
