/**
 * Reads a whole `.ptune` file. It never throws: whatever the text, there is a tree of what could be
 * understood, and a diagnostic at the exact place of whatever could not.
 *
 * A keystroke changes the settings or one prompt. `Parser` keeps what it has read by the text that it
 * was read from, so that the next text costs little more than that change.
 */
import type { Comment, Prompt, PtuneFile, SettingSpan, Span } from './ast.ts';
import { checkPrompts, checkSettings } from './checks.ts';
import { inOrder } from './diagnostics.ts';
import type { Diagnostic } from './diagnostics.ts';
import { diagnostic } from './diagnostics.ts';
import { checkExpectations } from './expectations.ts';
import type { Line } from './lines.ts';
import { isBlank, linesOf } from './lines.ts';
import { directivePattern, readPrompt } from './promptReader.ts';
import { settingsSchema, verbatimSettings } from './schema.ts';
import type { Settings } from './settings.ts';
import { settingsFrom } from './settings.ts';
import { shiftedDiagnostic, shiftedPrompt } from './shift.ts';
import { checkMapping } from './settingsCheck.ts';
import { nearestName } from './nearest.ts';
import { readYamlMapping } from './yamlMapping.ts';

/** The tree of `text`, with its diagnostics in the order of their places. */
export function parse(text: string): PtuneFile {
  return new Parser().parse(text);
}

/** A prompt as it was read from a piece of text that started at `start`. */
interface ReadPiece {
  readonly start: number;
  readonly prompt: Prompt | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads one text after the other; what is as it was in the text before is not read again. */
export class Parser {
  #front: FrontMatter | undefined;
  /** The prompts of the last text by the text of each. */
  #pieces = new Map<string, ReadPiece>();

  /** The tree of `text`, as the function `parse` gives it. */
  parse(text: string): PtuneFile {
    const lines = linesOf(text);
    const front = this.#readFrontMatter(text, lines);
    const diagnostics = [...front.diagnostics];
    const body = readBody(lines, front.nextLine, diagnostics);
    const pieces = new Map<string, ReadPiece>();
    const prompts: Prompt[] = [];
    for (const { head, lines: template } of body.prompts) {
      const { start } = head.span;
      const source = text.slice(start, template.at(-1)?.span.end ?? head.span.end);
      const known = pieces.get(source) ?? this.#pieces.get(source);
      const piece = known
        ? movedTo(known, start)
        : { start, ...readPrompt(text, head, template, front.settings) };
      pieces.set(source, piece);
      diagnostics.push(...piece.diagnostics);
      if (piece.prompt) prompts.push(piece.prompt);
    }
    this.#pieces = pieces;
    if (front.place) {
      checkSettings(front.settings, front.settingSpans, front.place, diagnostics);
    }
    if (body.prompts.length === 0) {
      const message =
        'The file has no prompt. Start one with a line "@prompt NAME", its template below';
      diagnostics.push(diagnostic('prompt/none', lastVisible(lines), message));
    }
    checkPrompts(prompts, front.settings, front.settingSpans, diagnostics);
    const answer = front.settingSpans.get('answer')?.value;
    return {
      text,
      frontMatterSpan: front.span,
      settings: front.settings,
      settingSpans: front.settingSpans,
      prompts: withExpectations(prompts, front.settings),
      comments: body.comments,
      diagnostics: inOrder(
        answer ? diagnostics.map((one) => withAnswer(one, answer)) : diagnostics,
      ),
    };
  }

  /** Prompts take their defaults from the settings: with new settings all are read again. */
  #readFrontMatter(text: string, lines: readonly Line[]): FrontMatter {
    const known = this.#front;
    if (known?.source !== undefined && text.startsWith(known.source)) return known;
    this.#pieces.clear();
    this.#front = readFrontMatter(text, lines);
    return this.#front;
  }
}

/** A missing answer with the setting that names it; where that stands is not kept with a prompt. */
function withAnswer(problem: Diagnostic, answer: Span): Diagnostic {
  if (problem.code !== 'template/no-answer') return problem;
  return { ...problem, related: [{ span: answer, message: 'The column of the answer' }] };
}

function movedTo(piece: ReadPiece, start: number): ReadPiece {
  const by = start - piece.start;
  if (by === 0) return piece;
  return {
    start,
    prompt: piece.prompt && shiftedPrompt(piece.prompt, by),
    diagnostics: piece.diagnostics.map((problem) => shiftedDiagnostic(problem, by)),
  };
}

/**
 * The file's threshold is for what is trained: prompts without one of their own get it when they are
 * continuous or when no prompt of the file is.
 */
function withExpectations(prompts: readonly Prompt[], { expect }: Settings): Prompt[] {
  const anyContinuous = prompts.some(({ kind }) => kind === 'continuous');
  return prompts.map((prompt) => {
    const takesFiles = prompt.kind === 'continuous' || !anyContinuous;
    return prompt.expect.length === 0 && takesFiles ? { ...prompt, expect } : prompt;
  });
}

interface FrontMatter {
  /** The YAML, or undefined when there is none. */
  readonly span: Span | undefined;
  /** Where something that is missing is reported; undefined when nothing can be said of it. */
  readonly place: Span | undefined;
  readonly settings: Settings;
  readonly settingSpans: ReadonlyMap<string, SettingSpan>;
  readonly diagnostics: readonly Diagnostic[];
  readonly nextLine: number;
  /**
   * The text from the start of the file to the line break behind the closing fence. Undefined where
   * it has none: then what follows decides where the settings end.
   */
  readonly source: string | undefined;
}

function readFrontMatter(text: string, lines: readonly Line[]): FrontMatter {
  const diagnostics: Diagnostic[] = [];
  const first = lines.findIndex((line) => !isBlank(line));
  const opening = lines[first];
  if (!opening || !isFence(opening)) {
    const message =
      'The file has no settings. Start it with a line "---", then "model: …" and the like, then another "---"';
    diagnostics.push(diagnostic('settings/missing', (opening ?? lines[0]!).span, message));
    return {
      span: undefined,
      place: undefined,
      settings: settingsFrom({}),
      settingSpans: new Map(),
      diagnostics,
      nextLine: 0,
      source: undefined,
    };
  }
  // No setting starts with "@", so the first line that does is where the prompts begin.
  const end = lines.findIndex(
    (line, index) => index > first && (isFence(line) || line.text.startsWith('@')),
  );
  const last = end === -1 ? lines.length : end;
  const closed = end !== -1 && isFence(lines[end]!);
  if (!closed) {
    const message = 'The settings are not closed. Put a line "---" after them';
    diagnostics.push(diagnostic('settings/unclosed', opening.span, message));
  }
  const after = closed ? lines[last + 1] : undefined;
  const start = lines[first + 1]?.span.start ?? opening.span.end;
  const span = { start, end: lines[last]?.span.start ?? text.length };
  const mapping = readYamlMapping(text, span, verbatimSettings);
  const checked = checkMapping(settingsSchema, withoutEmptySections(mapping), opening.span);
  diagnostics.push(...mapping.diagnostics);
  // Broken YAML seldom has the structure that was meant: judging it would only add noise.
  const isBroken = mapping.diagnostics.some(({ code }) => code === 'settings/yaml');
  const settings = settingsFrom(checked.value);
  if (!isBroken) {
    const { expect } = mapping.value;
    diagnostics.push(...checked.diagnostics);
    diagnostics.push(...checkExpectations(expect, mapping.spans, text, settings));
  }
  return {
    span,
    place: isBroken ? undefined : opening.span,
    settings,
    settingSpans: mapping.spans,
    diagnostics,
    nextLine: closed ? last + 1 : last,
    source: after && text.slice(0, after.span.start),
  };
}

function isFence(line: Line): boolean {
  return line.text.trimEnd() === '---';
}

/** A section with nothing under it, or only comments, is as good as none. */
function withoutEmptySections<T extends { value: Readonly<Record<string, unknown>> }>(
  mapping: T,
): T {
  const sections = ['data', 'train', 'sweep'];
  const kept = Object.entries(mapping.value).filter(
    ([key, value]) => value !== null || !sections.includes(key),
  );
  return { ...mapping, value: Object.fromEntries(kept) };
}

interface Body {
  readonly prompts: readonly { head: Line; lines: readonly Line[] }[];
  readonly comments: readonly Comment[];
}

/** Shares the lines after the front matter out to prompts and comments. */
function readBody(lines: readonly Line[], from: number, diagnostics: Diagnostic[]): Body {
  const prompts: { head: Line; lines: Line[] }[] = [];
  const comments: Comment[] = [];
  let toldOutside = false;
  for (let index = from; index < lines.length; index++) {
    const line = lines[index]!;
    const { text, span } = line;
    const current = prompts.at(-1);
    if (text.startsWith('@#')) {
      comments.push({ text: text.slice(2).trim(), span });
    } else if (directivePattern.exec(text)?.[0] === '@prompt') {
      prompts.push({ head: line, lines: [] });
    } else if (text.startsWith('@') && !text.startsWith('@@')) {
      const meansPrompt = unknownDirective(line, diagnostics);
      if (meansPrompt) prompts.push({ head: line, lines: [] });
      else current?.lines.push(line);
    } else if (current) {
      current.lines.push(line);
    } else if (!isBlank(line) && !toldOutside) {
      toldOutside = true;
      const message =
        'This text belongs to no prompt. Put "@prompt NAME" above it, or "@#" in front of a comment';
      diagnostics.push(diagnostic('directive/text-outside-prompt', span, message));
    }
  }
  return { prompts, comments };
}

/** Reports the directive; true when "@prompt" must be what was meant. */
function unknownDirective({ text, span }: Line, diagnostics: Diagnostic[]): boolean {
  const word = directivePattern.exec(text)![0];
  const place = { start: span.start, end: span.start + word.length };
  const meansPrompt = nearestName(word.slice(1), ['prompt']) !== undefined;
  const hint = meansPrompt
    ? 'Did you mean "@prompt"?'
    : 'Known are "@prompt NAME" and "@# comment"; write "@@" for words that start with "@"';
  diagnostics.push(
    diagnostic('directive/unknown', place, `There is no directive "${word}". ${hint}`, {
      data: { replacement: meansPrompt ? '@prompt' : `@${word}` },
    }),
  );
  return meansPrompt;
}

function lastVisible(lines: readonly Line[]): Span {
  return (lines.findLast((line) => !isBlank(line)) ?? lines[0]!).span;
}
