/** What would spoil a training is found before its first step, with the row that it stands in. */
import { PtuneError } from '../base/errors.ts';
import type { Example } from '../data/examples.ts';
import type { PromptEncoding } from '../encoding/encodePrompt.ts';
import type { Label } from '../language/settings.ts';

/** One prompt's encoding with all that it has to encode. */
export interface ExampleCheck {
  readonly encoding: PromptEncoding;
  /** Encoded by the training itself, but for what is checked here. */
  readonly trained: readonly Example[];
  /** Of the splits that are only scored. */
  readonly scored: readonly Example[];
  readonly labels: readonly Label[] | undefined;
  /** The token that stands for text which the model's vocabulary lacks. */
  readonly unknownId: number | undefined;
}

/**
 * Looks at every answer, and encodes every example that the training would meet late.
 *
 * @throws PtuneError `data/too-long`; `data/no-token` for an answer or label word that the model has
 *   no token for; `prompt/equal-labels` when two labels are the same tokens
 */
export function checkExamples(check: ExampleCheck): void {
  const { encoding, trained, scored, labels, unknownId } = check;
  const known = new Map<string, readonly number[]>();
  const idsOf: IdsOf = (text, what) => {
    const ids = known.get(text) ?? encoding.answerIds(text);
    known.set(text, ids);
    // The token behind a written answer may be the one for unknown text, as in GPT-2.
    const own = encoding.answerEnd === undefined ? ids : ids.slice(0, -1);
    if (unknownId === undefined || !own.includes(unknownId)) return ids;
    throw new PtuneError(
      'data/no-token',
      `The ${what} has a part that the model's vocabulary lacks, so it cannot be told from other unknown words.`,
      'Correct its spelling, remove it, or use a model whose vocabulary has it.',
    );
  };
  const longest = labels && longestOf(labelIds(labels, idsOf));
  const answerOf = ({ answer, source }: Example) =>
    longest ?? idsOf(answer, `answer ${JSON.stringify(answer)} of ${source}`);
  for (const example of trained) answerOf(example);
  for (const example of scored) encoding.encode(example, answerOf(example));
}

/** The tokens of a text; `what` names it in an error. */
type IdsOf = (text: string, what: string) => readonly number[];

const longestOf = (lists: readonly (readonly number[])[]): readonly number[] =>
  lists.reduce((a, b) => (b.length > a.length ? b : a));

/** The tokens of every label word. */
function labelIds(labels: readonly Label[], idsOf: IdsOf): (readonly number[])[] {
  const seen = new Map<string, Label>();
  return labels.flatMap((label) => {
    const ids = label.words.map((word) =>
      idsOf(word, `label word "${word}" of the label "${label.name}"`),
    );
    const key = JSON.stringify(ids.map(String).toSorted());
    const other = seen.get(key);
    if (other) {
      throw new PtuneError(
        'prompt/equal-labels',
        `The labels "${other.name}" (${other.words.join(', ')}) and "${label.name}" (${label.words.join(', ')}) are the same tokens of the model, so they always score the same.`,
        'Give one of them another word under "labels".',
      );
    }
    seen.set(key, label);
    return ids;
  });
}
