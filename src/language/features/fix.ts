/** The form of quick fixes, and the two that most are made of. */
import type { PtuneFile, Span } from '../ast.ts';
import type { Diagnostic, DiagnosticCode } from '../diagnostics.ts';
import type { TextEdit } from '../textEdit.ts';
import type { Facts } from './facts.ts';

export interface QuickFix {
  /** What it does, in a few words. */
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** A file to create, its path relative to the `.ptune` file. */
  readonly creates?: { readonly path: string; readonly content: string };
  /** Whether it is what was meant, as far as can be told. */
  readonly isPreferred: boolean;
}

/** What a fix is made from. */
export interface FixContext {
  readonly file: PtuneFile;
  readonly diagnostic: Diagnostic;
  readonly facts: Facts;
  /** The text at the diagnostic. */
  readonly written: string;
}

/** Makes the fixes of one code. */
export type Fixer = (context: FixContext) => readonly (QuickFix | undefined)[];
export type Fixers = Partial<Record<DiagnosticCode, Fixer>>;

/** Puts `text` in place of what stands at `span`. */
export function replace(span: Span, text: string, title: string, isPreferred = false): QuickFix {
  return { title, edits: [{ span, text }], isPreferred };
}

/** Puts `text` at an offset. */
export function insert(at: number, text: string, title: string, isPreferred = false): QuickFix {
  return replace({ start: at, end: at }, text, title, isPreferred);
}

/** "Change to …", on one line. */
export function changeTitle(text: string): string {
  return text === '' ? 'Remove it' : `Change to ${text}`;
}
