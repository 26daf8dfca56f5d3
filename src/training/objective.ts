/** Turns examples into what the training graph takes. */
import type { Example } from '../data/examples.ts';
import type { EncodedPrompt, PromptEncoding } from '../encoding/encodePrompt.ts';
import { wordInputs } from '../encoding/wordInputs.ts';
import type { Label } from '../language/settings.ts';
import type { Objective } from '../model/objective.ts';

/** One training example, encoded. */
export interface TrainingInput {
  /** The model's inputs: one, or as many as the label words need. */
  readonly encoded: readonly EncodedPrompt[];
  /** The answer's tokens, one for each answer position; with labels the one label. */
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
 * @param causal  whether the model reads the tokens before the one that it predicts
 */
export function objectiveOf(
  encoding: PromptEncoding,
  labels: readonly Label[] | undefined,
  causal: boolean,
): PromptObjective {
  return labels ? labelObjective(encoding, labels, causal) : answerObjective(encoding);
}

function answerObjective(encoding: PromptEncoding): PromptObjective {
  return {
    graph: { kind: 'answers' },
    input: (example) => {
      const ids = encoding.answerIds(example.answer);
      return { encoded: [encoding.encode(example, ids)], targets: ids };
    },
  };
}

function labelObjective(
  encoding: PromptEncoding,
  labels: readonly Label[],
  causal: boolean,
): PromptObjective {
  const words = labels.flatMap((label, index) =>
    label.words.map((word) => ({
      ids: encoding.answerIds(word),
      index,
      count: label.words.length,
    })),
  );
  const inputs = wordInputs(
    words.map(({ ids }) => ids),
    causal,
  );
  const tokens: { place: number; id: number }[] = [];
  const shares: { label: number; share: number }[] = [];
  let places = 0;
  for (const input of inputs) {
    for (const w of input.words) {
      const { ids, index, count } = words[w]!;
      for (const [j, id] of ids.entries()) {
        tokens.push({ place: places + j, id });
        shares.push({ label: index, share: 1 / (count * ids.length) });
      }
    }
    places += input.ids.length;
  }
  const average = new Float32Array(tokens.length * labels.length);
  shares.forEach(({ label, share }, e) => (average[e * labels.length + label] = share));
  return {
    graph: { kind: 'labels', places, tokens, average, labels: labels.length },
    input: (example) => ({
      encoded: inputs.map(({ ids }) => encoding.encode(example, ids)),
      targets: [labels.findIndex((label) => label.name === example.answer)],
    }),
  };
}
