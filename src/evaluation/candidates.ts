/** What an answer is chosen among. */
import type { Example } from '../data/examples.ts';
import type { Settings } from '../language/settings.ts';
import type { Candidates } from '../protocol/summary.ts';

/** One answer or label that may be given. */
export interface Candidate {
  readonly name: string;
  /** An answer itself, or a label's words; the score is the mean over them. */
  readonly words: readonly string[];
}

export interface CandidateSet {
  readonly kind: Candidates['kind'];
  /** Empty for the whole vocabulary, and where the model writes freely. */
  readonly candidates: readonly Candidate[];
  /** Longest answer that is written freely, in tokens. */
  readonly maxTokens?: number;
}

/**
 * The candidates that the settings ask for.
 *
 * @param examples  of all splits: `candidates: answers` are all their answers
 * @param listed    the lines of the candidates' file, where the settings name one
 */
export function candidateSet(
  settings: Settings,
  examples: readonly Example[],
  listed: readonly string[] | undefined,
): CandidateSet {
  const open = (kind: CandidateSet['kind'], names: readonly string[]): CandidateSet => ({
    kind,
    candidates: [...new Set(names)].map((name) => ({ name, words: [name] })),
  });
  if (settings.labels) return { kind: 'labels', candidates: settings.labels };
  switch (settings.candidates.kind) {
    case 'answers':
      return open(
        'answers',
        examples.map((example) => example.answer),
      );
    case 'file':
      return open('file', listed ?? []);
    case 'vocabulary':
      return { kind: 'vocabulary', candidates: [] };
    case 'generate':
      return { kind: 'generate', candidates: [], maxTokens: settings.maxTokens };
  }
}
