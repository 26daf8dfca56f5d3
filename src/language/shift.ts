/** Moves what was read at one place of a text to where the same piece of text stands now. */
import type { Prompt, SettingSpan, Span, TemplatePart } from './ast.ts';
import type { Diagnostic } from './diagnostics.ts';

/** `span`, `by` characters later. */
function shiftedSpan({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by };
}

/** `prompt` with all its places `by` characters later. */
export function shiftedPrompt(prompt: Prompt, by: number): Prompt {
  const spans = prompt.settingSpans;
  // Written out: this runs for every prompt behind the cursor at every keystroke.
  return {
    name: prompt.name,
    nameSpan: shiftedSpan(prompt.nameSpan, by),
    headSpan: shiftedSpan(prompt.headSpan, by),
    templateSpan: shiftedSpan(prompt.templateSpan, by),
    kind: prompt.kind,
    parts: prompt.parts.map((part) => shiftedPart(part, by)),
    templateText: prompt.templateText,
    train: prompt.train,
    from: prompt.from,
    expect: prompt.expect,
    settingSpans:
      spans.size === 0
        ? spans
        : new Map(Array.from(spans, ([key, place]) => [key, shiftedSetting(place, by)])),
  };
}

/** `problem` with all its places `by` characters later. */
export function shiftedDiagnostic(problem: Diagnostic, by: number): Diagnostic {
  const span = shiftedSpan(problem.span, by);
  if (problem.related === undefined) return { ...problem, span };
  const related = problem.related.map((place) => ({
    ...place,
    span: shiftedSpan(place.span, by),
  }));
  return { ...problem, span, related };
}

function shiftedPart(part: TemplatePart, by: number): TemplatePart {
  const span = shiftedSpan(part.span, by);
  switch (part.kind) {
    case 'text':
      return { kind: 'text', text: part.text, span };
    case 'slot':
    case 'answer': {
      const { kind, column, filters } = part;
      return { kind, column, columnSpan: shiftedSpan(part.columnSpan, by), filters, span };
    }
    case 'virtual': {
      const nameSpan = part.nameSpan && shiftedSpan(part.nameSpan, by);
      const { kind, count, initText, name, repeats } = part;
      return { kind, count, initText, name, nameSpan, repeats, span };
    }
    case 'demos':
      return { kind: 'demos', count: part.count, span };
  }
}

function shiftedSetting({ key, value }: SettingSpan, by: number): SettingSpan {
  return { key: shiftedSpan(key, by), value: shiftedSpan(value, by) };
}
