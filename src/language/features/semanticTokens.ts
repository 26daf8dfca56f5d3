/**
 * What a word is, where only the whole file can tell: which slot is the answer, which prompt is the
 * baseline, which names are used again. Everything else is colored by the grammar.
 */
import { type PtuneFile, type Span, baselinePrompt } from '../ast.ts';
import { spanInQuotes } from '../yamlScalar.ts';

export const semanticTypes = ['prompt', 'slot', 'answer', 'virtualTokens', 'label'] as const;
export const semanticModifiers = ['declaration', 'baseline', 'continuous'] as const;

export interface SemanticToken {
  readonly span: Span;
  readonly type: (typeof semanticTypes)[number];
  readonly modifiers: readonly (typeof semanticModifiers)[number][];
}

/** The tokens in the order of the file; none reaches over the end of a line. */
export function semanticTokens(file: PtuneFile): SemanticToken[] {
  const tokens: SemanticToken[] = [];
  const add = (span: Span | undefined, type: SemanticToken['type'], ...modifiers: Modifier[]) => {
    if (!span || span.end <= span.start) return;
    const inner = spanInQuotes(file.text, span);
    if (/[\r\n]/.test(file.text.slice(inner.start, inner.end))) return;
    tokens.push({ span: inner, type, modifiers });
  };
  const { settings, settingSpans } = file;
  if (settings.answer !== undefined) add(settingSpans.get('answer')?.value, 'answer');
  if (settings.baseline !== undefined)
    add(settingSpans.get('baseline')?.value, 'prompt', 'baseline');
  for (const { name } of settings.labels ?? []) {
    add(settingSpans.get(`labels.${name}`)?.key, 'label', 'declaration');
  }
  const baseline = baselinePrompt(file);
  for (const prompt of file.prompts) {
    add(
      prompt.nameSpan,
      'prompt',
      'declaration',
      ...(prompt === baseline ? (['baseline'] as const) : []),
      ...(prompt.kind === 'continuous' ? (['continuous'] as const) : []),
    );
    for (const part of prompt.parts) {
      if (part.kind === 'slot' || part.kind === 'answer') add(part.columnSpan, part.kind);
      else if (part.kind === 'virtual' && part.nameSpan) {
        add(part.nameSpan, 'virtualTokens', ...(part.repeats ? [] : (['declaration'] as const)));
      }
    }
  }
  return tokens.toSorted((a, b) => a.span.start - b.span.start);
}

type Modifier = SemanticToken['modifiers'][number];
