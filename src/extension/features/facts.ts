/** Where the language features get facts from. */
import type { TextDocument } from 'vscode';
import type { Facts } from '../../language/features/facts.ts';

/** Where facts come from; an editor without a disk has another source. */
export interface FactSource {
  /** The facts about a document's present text. */
  factsOf(document: TextDocument): Promise<Facts>;
}
