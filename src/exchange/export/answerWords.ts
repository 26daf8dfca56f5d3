/** The words that a model with a prompt inside scores, in the groups that one input can score. */
import type { PromptEncoding } from '../../encoding/encodePrompt.ts';
import type { CandidateSet } from '../../evaluation/candidates.ts';

/** Words that share an input: for a masked model as long, for a causal one but for the last token. */
export interface WordGroup {
  /** What stands in the answer's place: masks, or the tokens before the last. */
  readonly place: readonly number[];
  /** Tokens of a word. */
  readonly length: number;
  /** Token ids of each word. */
  readonly words: readonly (readonly number[])[];
}

/** The groups, and which words are a candidate's, counted through all groups. */
export interface AnswerWords {
  readonly groups: readonly WordGroup[];
  readonly candidates: readonly { readonly name: string; readonly words: readonly number[] }[];
}

/** Groups the words of all candidates. */
export function answerWords(
  { candidates }: CandidateSet,
  encoding: PromptEncoding,
  mask: number | undefined,
): AnswerWords {
  const groups = new Map<string, { ids: number[]; word: string }[]>();
  for (const word of new Set(candidates.flatMap((candidate) => candidate.words))) {
    const ids = encoding.answerIds(word);
    const key = mask === undefined ? ids.slice(0, -1).join() : String(ids.length);
    groups.set(key, [...(groups.get(key) ?? []), { ids, word }]);
  }
  const order = [...groups.values()].flat().map(({ word }) => word);
  const places = new Map(order.map((word, i) => [word, i]));
  return {
    groups: [...groups.values()].map((words) => {
      const { ids } = words[0]!;
      return {
        place: mask === undefined ? ids.slice(0, -1) : ids.map(() => mask),
        length: ids.length,
        words: words.map((own) => own.ids),
      };
    }),
    candidates: candidates.map(({ name, words }) => ({
      name,
      words: words.map((word) => places.get(word)!),
    })),
  };
}
