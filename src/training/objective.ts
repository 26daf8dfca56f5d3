/** Turns examples into what the training graph takes. */
import { PtuneError } from '../base/errors.ts';
import type { Example } from '../data/examples.ts';
import type { EncodedPrompt, PromptEncoding } from '../encoding/encodePrompt.ts';
import type { Label } from '../language/settings.ts';
import type { Objective } from '../model/promptGraph.ts';

/** One training example, encoded. */
export interface TrainingInput {
  readonly encoded: EncodedPrompt;
  /** One for each answer position: token ids, or the label. */
  readonly targets: readonly number[];
}

/** The objective of a file and how its examples are encoded for it. */
export interface PromptObjective {
  readonly graph: Objective;
  input(example: Example): TrainingInput;
}

/**
 * The training objective: the answer's tokens over the whole vocabulary, or with labels the right
 * label among them.
 *
 * @throws PtuneError `feature/not-trained-yet` for label words of several tokens
 */
export function objectiveOf(
  encoding: PromptEncoding,
  labels: readonly Label[] | undefined,
): PromptObjective {
  return labels ? labelObjective(encoding, labels) : answerObjective(encoding);
}

function answerObjective(encoding: PromptEncoding): PromptObjective {
  return {
    graph: { kind: 'answers' },
    input: (example) => {
      const ids = encoding.answerIds(example.answer);
      return { encoded: encoding.encode(example, ids), targets: ids };
    },
  };
}

function labelObjective(encoding: PromptEncoding, labels: readonly Label[]): PromptObjective {
  const words = labels.flatMap((label, index) =>
    label.words.map((word) => ({ word, index, count: label.words.length })),
  );
  const ids = words.map(({ word }) => {
    const tokens = encoding.answerIds(word);
    if (tokens.length === 1) return tokens[0]!;
    throw new PtuneError(
      'feature/not-trained-yet',
      `The label word "${word}" has ${tokens.length} tokens, and label words of several tokens are scored but not trained yet.`,
      'Use a label word that is one token of the model.',
    );
  });
  const average = new Float32Array(words.length * labels.length);
  words.forEach(({ index, count }, w) => (average[w * labels.length + index] = 1 / count));
  return {
    graph: { kind: 'labels', words: ids, average, labels: labels.length },
    input: (example) => ({
      encoded: encoding.encode(example, [ids[0]!]),
      targets: [labels.findIndex((label) => label.name === example.answer)],
    }),
  };
}
