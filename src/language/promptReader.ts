/** Reads one prompt: its `@prompt` line and the template below. */
import type { Prompt, SettingSpan, Span } from './ast.ts';
import { checkDeepPlacement } from './deepChecks.ts';
import type { Diagnostic } from './diagnostics.ts';
import { diagnostic } from './diagnostics.ts';
import type { Line } from './lines.ts';
import { isBlank } from './lines.ts';
import { promptSchema } from './schema.ts';
import type { WrittenPromptMapping } from './schema.ts';
import type { Settings } from './settings.ts';
import { checkExpectations, expectationsFrom } from './expectations.ts';
import { trainFrom } from './settings.ts';
import { checkMapping } from './settingsCheck.ts';
import { readTemplate } from './template.ts';
import { joinNamed } from './virtualTokens.ts';
import { readYamlMapping } from './yamlMapping.ts';

/** The word that a directive's line begins with, such as "@prompt"; also with a space in it. */
export const directivePattern = /^@(?:[ \t]+prompt(?![\p{L}\p{N}_-])|[\p{L}\p{N}_-]*)/u;

/** Whether a text can be the name of a prompt. */
export function isPromptName(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_-]*$/.test(text);
}

/** The prompt, or undefined when it has no name, with everything that is wrong with it. */
export function readPrompt(
  text: string,
  head: Line,
  lines: readonly Line[],
  settings: Settings,
): { prompt: Prompt | undefined; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const { nameSpan, mapping, mappingSpans } = readHead(text, head, settings, diagnostics);
  const name = text.slice(nameSpan.start, nameSpan.end);
  const body = withoutBlankEnds(lines);
  const templateSpan = {
    start: body[0]?.span.start ?? head.span.end,
    end: body.at(-1)?.span.end ?? head.span.end,
  };
  const template = readTemplate(text, body.map(withoutEscape), settings.answer);
  diagnostics.push(...template.diagnostics);
  const parts = joinNamed(template.parts, diagnostics);
  const continuous = parts.some(({ kind }) => kind === 'virtual');
  checkTemplate(head.span, templateSpan, parts, settings.answer, diagnostics);
  const prompt: Prompt = {
    name,
    nameSpan,
    headSpan: head.span,
    templateSpan,
    kind: continuous ? 'continuous' : 'discrete',
    parts,
    templateText: body.map((line) => line.text).join('\n'),
    train: trainFrom(mapping, settings.train),
    from: mapping.from,
    expect: expectationsFrom(mapping.expect),
    settingSpans: mappingSpans,
  };
  checkDeepPlacement(prompt, diagnostics);
  return { prompt: name === '' ? undefined : prompt, diagnostics };
}

interface Head {
  readonly nameSpan: Span;
  readonly mapping: WrittenPromptMapping;
  readonly mappingSpans: ReadonlyMap<string, SettingSpan>;
}

/** `@prompt NAME {…}`; the first word may be a misspelled directive. */
function readHead(
  text: string,
  { text: line, span }: Line,
  settings: Settings,
  diagnostics: Diagnostic[],
): Head {
  const at = (index: number) => span.start + index;
  const directive = directivePattern.exec(line)![0];
  const gap = /^\s*(?:([:=])\s*(?=[A-Za-z]))?/.exec(line.slice(directive.length))!;
  const nameStart = directive.length + gap[0].length;
  const name = /^[^\s{]*/.exec(line.slice(nameStart))![0];
  const nameSpan = { start: at(nameStart), end: at(nameStart + name.length) };
  if (name === '') {
    const message = 'The prompt has no name. Write "@prompt NAME"';
    const place = { start: span.start, end: at(directive.length) };
    diagnostics.push(diagnostic('prompt/no-name', place, message));
  } else if (gap[1] !== undefined) {
    const start = at(directive.length + gap[0].indexOf(gap[1]));
    const message = `The name follows "@prompt" without a "${gap[1]}". Write "@prompt ${name}"`;
    diagnostics.push(diagnostic('prompt/bad-name', { start, end: start + 1 }, message));
  } else if (!isPromptName(name)) {
    const message = `"${name}" cannot be a prompt's name. Use a letter, then letters, digits, "_" and "-"`;
    diagnostics.push(diagnostic('prompt/bad-name', nameSpan, message));
  }
  const rest = line.slice(nameStart + name.length);
  const restStart = nameStart + name.length + rest.length - rest.trimStart().length;
  const restSpan = { start: at(restStart), end: at(line.trimEnd().length) };
  const none = { nameSpan, mapping: {}, mappingSpans: new Map<string, SettingSpan>() };
  if (rest.trim() === '') return none;
  if (!rest.trimStart().startsWith('{')) {
    const message =
      'After the name only settings may follow, such as {encoder: mlp}; the template starts on the next line';
    diagnostics.push(diagnostic('prompt/bad-mapping', restSpan, message));
    return none;
  }
  const read = readYamlMapping(text, restSpan, new Set());
  const checked = checkMapping(promptSchema, read, restSpan);
  const broken = read.diagnostics.find(({ code }) => code === 'settings/yaml');
  if (broken) {
    const message = `The settings of the prompt cannot be read. Write them as {key: value, key: value} on this line (${broken.message})`;
    const place = broken.span.end > broken.span.start ? broken.span : restSpan;
    diagnostics.push(diagnostic('prompt/bad-mapping', place, message));
  } else {
    const { expect } = read.value;
    diagnostics.push(...read.diagnostics, ...checked.diagnostics);
    diagnostics.push(...checkExpectations(expect, read.spans, text, settings));
  }
  return { nameSpan, mapping: checked.value, mappingSpans: read.spans };
}

function withoutBlankEnds(lines: readonly Line[]): readonly Line[] {
  const first = lines.findIndex((line) => !isBlank(line));
  if (first === -1) return [];
  const last = lines.findLastIndex((line) => !isBlank(line));
  return lines.slice(first, last + 1);
}

/** "@@" at a line's start stands for "@". */
function withoutEscape({ text, span }: Line): { span: Span } {
  return { span: text.startsWith('@@') ? { start: span.start + 1, end: span.end } : span };
}

/** Exactly one answer, in a template that is not empty. */
function checkTemplate(
  head: Span,
  template: Span,
  parts: Prompt['parts'],
  answer: string | undefined,
  diagnostics: Diagnostic[],
): void {
  if (parts.length === 0) {
    const message = 'The prompt has no template. Write it on the lines below';
    diagnostics.push(diagnostic('template/empty', head, message));
    return;
  }
  if (answer === undefined) return;
  const [first, ...others] = parts.filter(({ kind }) => kind === 'answer');
  if (!first) {
    const message = `The template has no place for the answer. Put {${answer}} where the model has to produce it`;
    diagnostics.push(diagnostic('template/no-answer', template, message));
  }
  for (const { span } of others) {
    const message = `The template has a second place for the answer, but {${answer}} may stand in it only once`;
    diagnostics.push(
      diagnostic('template/two-answers', span, message, {
        related: [{ span: first!.span, message: 'The first place of the answer' }],
      }),
    );
  }
}
