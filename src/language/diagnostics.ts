/** Diagnostics: what is wrong with a user's text, as values with a code and a place. */
import type { Span } from './ast.ts';

export type Severity = 'error' | 'warning' | 'information' | 'hint';

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly span: Span;
  /** What is wrong, with names and numbers, then what to do; no final period. */
  readonly message: string;
}

export type DiagnosticCode = string;
