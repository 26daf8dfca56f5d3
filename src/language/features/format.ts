/**
 * Formats a file: YAML in its usual form, one blank line between prompts, braces without spaces. No
 * edit changes what a template means; lines that have something wrong with them stay as they are.
 */
import type { Prompt, PtuneFile, Span } from '../ast.ts';
import { type Line, isBlank, linesOf } from '../lines.ts';
import { printBraces } from '../printTemplate.ts';
import type { TextEdit } from '../textEdit.ts';
import { formatYaml } from '../yamlFormat.ts';

/** The edits that bring `file` into its usual form; none where it is. */
export function formattingEdits(file: PtuneFile): TextEdit[] {
  if (file.diagnostics.some(({ code }) => code === 'settings/unclosed')) return [];
  const wrong = problemsOf(file);
  const eol = /\r\n|\n|\r/.exec(file.text)?.[0] ?? '\n';
  const edits = [
    ...settingsEdits(file, eol),
    ...file.prompts.flatMap((prompt) => headEdits(file, prompt, wrong)),
    ...file.prompts.flatMap((prompt) => braceEdits(prompt, wrong)),
    ...file.comments.map(({ text, span }) => ({
      span,
      text: text === '' ? '@#' : `@# ${text}`,
    })),
    ...blankLineEdits(file, eol),
  ];
  return edits
    .filter(({ span, text }) => file.text.slice(span.start, span.end) !== text)
    .toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}

type Overlaps = (span: Span) => boolean;

/** Whether a diagnostic about the writing stands at a place. */
function problemsOf({ diagnostics }: PtuneFile): Overlaps {
  const spans = diagnostics
    .filter(({ code }) => /^(template|prompt|directive|settings)\//.test(code))
    .filter(({ code }) => !aboutMeaning.has(code))
    .map(({ span }) => span);
  return ({ start, end }) => spans.some((span) => span.start < end && start < span.end);
}

/** What is written well though something else is wrong with it. */
const aboutMeaning: ReadonlySet<string> = new Set([
  'prompt/duplicate-name',
  'settings/no-effect',
  'template/no-answer',
  'template/two-answers',
]);

function settingsEdits(file: PtuneFile, eol: string): TextEdit[] {
  const span = file.frontMatterSpan;
  if (!span || file.diagnostics.some(({ code }) => code === 'settings/yaml')) return [];
  const source = file.text.slice(span.start, span.end);
  if (source.trim() === '') return [];
  const lines = source.replaceAll(/\r\n|\r/g, '\n');
  const text = formatYaml(lines.endsWith('\n') ? lines : `${lines}\n`);
  // A line that looks like the fence would end the settings.
  if (text === lines || /^(---|@)/m.test(text)) return [];
  return [{ span, text: text.replaceAll('\n', eol) }];
}

function headEdits(file: PtuneFile, { name, headSpan, nameSpan }: Prompt, wrong: Overlaps) {
  const head = file.text.slice(headSpan.start, headSpan.end);
  if (!head.startsWith('@prompt') || wrong(headSpan)) return [];
  const rest = file.text.slice(nameSpan.end, headSpan.end).trim();
  const mapping = formatYaml(rest).trimEnd();
  const kept = mapping.includes('\n') ? rest : mapping;
  return [{ span: headSpan, text: `@prompt ${name}${kept === '' ? '' : ` ${kept}`}` }];
}

function braceEdits({ parts }: Prompt, wrong: Overlaps): TextEdit[] {
  return parts.flatMap((part) =>
    part.kind === 'text' || wrong(part.span) ? [] : [{ span: part.span, text: printBraces(part) }],
  );
}

/** A blank line between prompts, none above a template or at the file's end. */
function blankLineEdits(file: PtuneFile, eol: string): TextEdit[] {
  const lines = linesOf(file.text);
  const heads = new Set(file.prompts.map(({ headSpan }) => headSpan.start));
  const comments = new Set(file.comments.map(({ span }) => span.start));
  const isInTemplate = templateTest(file.prompts);
  const edits: TextEdit[] = [];
  const from = file.frontMatterSpan?.end ?? 0;
  const first = lines.findIndex((line) => line.span.start >= from && !isBlank(line));
  let last = first;
  for (let index = first + 1; first !== -1 && index < lines.length; index++) {
    const line = lines[index]!;
    if (isBlank(line)) continue;
    const above = lines[last]!;
    const blank = { start: lines[last + 1]!.span.start, end: line.span.start };
    const isHead = heads.has(line.span.start);
    const wanted = blankLines({
      found: index - last - 1,
      isHead,
      followsHead: heads.has(above.span.start),
      followsComment: comments.has(above.span.start),
    });
    // "\n" behind a lone "\r" would be one line break with it.
    const breaks = file.text[blank.start - 1] === '\r' ? '\r' : eol;
    if (!isInTemplate(blank)) edits.push({ span: blank, text: breaks.repeat(wanted) });
    last = index;
  }
  const end = lines[last];
  if (end) edits.push(endEdit(file.text, end, eol));
  return edits;
}

interface Gap {
  readonly found: number;
  readonly isHead: boolean;
  readonly followsHead: boolean;
  readonly followsComment: boolean;
}

function blankLines({ found, isHead, followsHead, followsComment }: Gap): number {
  if (isHead) return followsComment ? Math.min(found, 1) : 1;
  return followsHead ? 0 : Math.min(found, 1);
}

function endEdit(text: string, { span }: Line, eol: string): TextEdit {
  return { span: { start: span.end, end: text.length }, text: eol };
}

/** Whether a gap lies within a template, where blank lines are part of the words. */
function templateTest(prompts: readonly Prompt[]): Overlaps {
  let next = 0;
  return ({ start, end }) => {
    while (next < prompts.length && prompts[next]!.templateSpan.end < start) next++;
    const template = prompts[next]?.templateSpan;
    return template !== undefined && template.start < start && end <= template.end;
  };
}
