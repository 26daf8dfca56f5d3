/** One change of a template's words. */
import type { WordingKind } from '../../protocol/wordings.ts';

export interface Rewording {
  readonly kind: WordingKind;
  /** What was done, as a clause, in which slots are marks: "exchanges “capital” and “of”". */
  readonly change: string;
  /** The changed text, in which slots are marks. */
  readonly text: string;
}
