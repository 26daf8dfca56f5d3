/** What a selection grows to, step by step: word, braces, line, template, prompt, file. */
import type { PtuneFile, Span } from '../ast.ts';
import { promptAt, promptSpan } from './symbols.ts';

/** Spans around an offset, each within the next. */
export function selectionRanges(file: PtuneFile, offset: number): Span[] {
  const { text, frontMatterSpan } = file;
  const prompt = promptAt(file, offset);
  const candidates: (Span | undefined)[] = [];
  const part = prompt?.parts.find(({ span }) => span.start <= offset && offset <= span.end);
  if (part) {
    if ('columnSpan' in part) candidates.push(part.columnSpan);
    if (part.kind === 'virtual') candidates.push(part.nameSpan);
    candidates.push(part.kind === 'text' ? undefined : part.span);
  }
  for (const { key, value } of [file, ...(prompt ? [prompt] : [])].flatMap(({ settingSpans }) => [
    ...settingSpans.values(),
  ])) {
    candidates.push(value, { start: key.start, end: Math.max(key.end, value.end) });
  }
  candidates.push(wordAt(text, offset), lineAt(text, offset), frontMatterSpan);
  if (prompt) candidates.push(prompt.nameSpan, prompt.templateSpan, promptSpan(prompt));
  candidates.push({ start: 0, end: text.length });
  const around = candidates.filter(
    (span): span is Span => span !== undefined && span.start <= offset && offset <= span.end,
  );
  const ranges: Span[] = [];
  for (const span of around.toSorted((a, b) => a.end - a.start - (b.end - b.start))) {
    const last = ranges.at(-1);
    const isSame = last && last.start === span.start && last.end === span.end;
    if (!last || (!isSame && span.start <= last.start && last.end <= span.end)) ranges.push(span);
  }
  return ranges;
}

function wordAt(text: string, offset: number): Span {
  const before = /[\p{L}\p{N}_-]*$/u.exec(text.slice(Math.max(0, offset - 100), offset))![0];
  const after = /^[\p{L}\p{N}_-]*/u.exec(text.slice(offset, offset + 100))![0];
  return { start: offset - before.length, end: offset + after.length };
}

function lineAt(text: string, offset: number): Span {
  const start =
    Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  const rest = /[\r\n]/.exec(text.slice(offset));
  return { start, end: rest ? offset + rest.index : text.length };
}
