/** Diagnostics: what is wrong with a user's text, as values with a code and a place. */
import type { Span } from './ast.ts';

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** Every diagnostic code with its severity; docs/diagnostics.md has a row for each. */
export const severities = {
  'file/unreadable': 'error',
  'settings/missing': 'error',
  'settings/unclosed': 'error',
  'settings/yaml': 'error',
  'settings/duplicate-key': 'error',
  'settings/unknown-key': 'error',
  'settings/wrong-type': 'error',
  'settings/out-of-range': 'error',
  'settings/unknown-value': 'error',
  'settings/conflict': 'error',
  'settings/no-model': 'error',
  'settings/no-answer': 'error',
  'settings/no-data': 'error',
  'settings/no-labels': 'error',
  'settings/no-metric': 'error',
  'settings/unknown-baseline': 'error',
  'settings/unreachable-label': 'error',
  'settings/no-effect': 'warning',
  'directive/unknown': 'error',
  'directive/text-outside-prompt': 'error',
  'prompt/none': 'error',
  'prompt/no-name': 'error',
  'prompt/bad-name': 'error',
  'prompt/duplicate-name': 'error',
  'prompt/bad-mapping': 'error',
  'prompt/deep-encoder': 'error',
  'prompt/deep-placement': 'error',
  'template/empty': 'error',
  'template/no-answer': 'error',
  'template/two-answers': 'error',
  'template/unclosed-brace': 'error',
  'template/stray-brace': 'error',
  'template/unclosed-string': 'error',
  'template/bad-slot': 'error',
  'template/unknown-filter': 'error',
  'template/misplaced-filter': 'error',
  'template/bad-virtual-token': 'error',
  'template/bad-count': 'error',
  'template/undefined-virtual-token': 'error',
  'template/conflicting-virtual-token': 'error',
  'template/after-answer': 'warning',
  'template/unused-name': 'hint',
  'data/no-file': 'error',
  'data/unreadable': 'error',
  'data/empty': 'error',
  'data/missing-column': 'error',
  'data/missing-value': 'warning',
  'data/empty-answer': 'error',
  'data/unknown-label': 'error',
  'data/empty-split': 'error',
  'data/leak': 'warning',
  'data/no-candidate': 'warning',
  'prompt/no-run': 'error',
  'prompt/unreadable-vectors': 'error',
  'prompt/unfitting-vectors': 'error',
  'model/not-found': 'error',
  'model/no-weights': 'error',
  'model/no-tokenizer': 'error',
  'model/not-cached': 'information',
  'model/cannot-train': 'warning',
  'model/wrong-kind': 'error',
} as const satisfies Record<string, Severity>;

export type DiagnosticCode = keyof typeof severities;

/** Another place that explains a diagnostic, such as the first of two answers. */
export interface RelatedPlace {
  readonly span: Span;
  readonly message: string;
}

/** A line of another file that explains a diagnostic, such as the example that is in test as well. */
export interface RelatedLine {
  /** Absolute path. */
  readonly path: string;
  /** From 0. */
  readonly line: number;
  readonly message: string;
}

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly span: Span;
  /** What is wrong, with names and numbers, then what to do; no final period. */
  readonly message: string;
  readonly related?: readonly RelatedPlace[];
  readonly relatedLines?: readonly RelatedLine[];
  /** What a quick fix needs; `replacement` stands for the text at `span`. */
  readonly data?: { readonly replacement: string };
  /** Every name that it is about, where the message has only the first ones. */
  readonly names?: readonly string[];
}

/** A diagnostic with the severity of its code. */
export function diagnostic(
  code: DiagnosticCode,
  span: Span,
  message: string,
  more: Pick<Diagnostic, 'related' | 'relatedLines' | 'data' | 'names'> = {},
): Diagnostic {
  return { code, severity: severities[code], span, message, ...more };
}

/** The diagnostics in the order of their places. */
export function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}

/** Whether any of them is an error, so that the file can be neither trained nor scored. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}
