/** What is exported, and what comes of it. */
import type { TemplatePart } from '../../language/ast.ts';
import type { PromptVectors } from '../../runs/promptVectors.ts';
import type { FoundRun } from '../../training/openRun.ts';

/** A learned prompt that is to be exported. */
export interface ExportSource {
  readonly run: FoundRun;
  /** The template of the run, which its `.ptune` file may no longer have. */
  readonly parts: readonly TemplatePart[];
  readonly prompt: PromptVectors;
  /** P, the number of vectors. */
  readonly count: number;
  /** The vectors are keys and values of every layer, in place of embeddings. */
  readonly isDeep: boolean;
}

/** A file of an export; `name` is relative to its folder, with "/". */
export interface ExportFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** The small files of an export, and what its user should know. */
export interface ExportContent {
  readonly files: readonly ExportFile[];
  readonly warnings: readonly string[];
}
