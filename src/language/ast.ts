/**
 * The tree of a `.ptune` file. `parse` (parser.ts) makes one from any text, with diagnostics beside
 * it; positions are UTF-16 offsets into the text.
 */
import type { Diagnostic } from './diagnostics.ts';
import type { Expectation, Settings, TrainSettings } from './settings.ts';

/** Half-open range of UTF-16 offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A filter of a slot, `{name|filter}`. */
export const filters = ['trim', 'lower', 'upper', 'capitalize', 'shorten'] as const;
export type Filter = (typeof filters)[number];

/** Fixed words (anchor tokens); `text` has `{{`, `}}` and `@@` already undone. */
export interface TextPart {
  readonly kind: 'text';
  readonly text: string;
  readonly span: Span;
}

/** A place that is filled from a column of the example. */
export interface SlotPart {
  readonly kind: 'slot';
  readonly column: string;
  readonly columnSpan: Span;
  readonly filters: readonly Filter[];
  readonly span: Span;
}

/** The place of the answer: the slot whose column is the `answer` setting. */
export interface AnswerPart {
  readonly kind: 'answer';
  readonly column: string;
  readonly columnSpan: Span;
  readonly filters: readonly Filter[];
  readonly span: Span;
}

/**
 * Virtual tokens. Without `count`, one for each token of `initText`; without both, one. Every place of
 * named ones has the count and text of their definition.
 */
export interface VirtualPart {
  readonly kind: 'virtual';
  readonly count: number | undefined;
  readonly initText: string | undefined;
  /** Named virtual tokens share their vectors within a prompt. */
  readonly name: string | undefined;
  readonly nameSpan: Span | undefined;
  /** Whether the place says no count and no text itself, but repeats those of its name. */
  readonly repeats: boolean;
  readonly span: Span;
}

/** Solved training examples, `{demos:4}`. */
export interface DemosPart {
  readonly kind: 'demos';
  readonly count: number;
  readonly span: Span;
}

export type TemplatePart = TextPart | SlotPart | AnswerPart | VirtualPart | DemosPart;

/** One `@prompt` with its template. */
export interface Prompt {
  readonly name: string;
  readonly nameSpan: Span;
  /** The `@prompt` line, without its line break. */
  readonly headSpan: Span;
  /** The template's text, without leading and trailing blank lines. */
  readonly templateSpan: Span;
  /** Discrete prompts have no virtual token and are only scored; continuous ones are trained. */
  readonly kind: 'discrete' | 'continuous';
  readonly parts: readonly TemplatePart[];
  /** The template as written, without comments and with \n between lines, for hashes and reports. */
  readonly templateText: string;
  /** The file's `train` settings with this prompt's own over them, defaults filled in. */
  readonly train: TrainSettings;
  /** `from:` in the prompt's mapping: stored vectors to use instead of training. */
  readonly from: string | undefined;
  /** Thresholds: the prompt's own or, where it has none and is what the file trains, the file's. */
  readonly expect: readonly Expectation[];
  /** Where the prompt's own settings stand, by their key. */
  readonly settingSpans: ReadonlyMap<string, SettingSpan>;
}

/** The prompt that differences are measured against: `baseline`, else the first discrete one. */
export function baselinePrompt(file: PtuneFile): Prompt | undefined {
  const { baseline } = file.settings;
  if (baseline !== undefined) return file.prompts.find(({ name }) => name === baseline);
  return file.prompts.find(({ kind }) => kind === 'discrete');
}

/** A `@# comment` line. */
export interface Comment {
  readonly text: string;
  readonly span: Span;
}

/** A parsed file: whatever could be understood, and a diagnostic for whatever could not. */
export interface PtuneFile {
  readonly text: string;
  /** The YAML between the `---` lines; undefined when the file has no front matter. */
  readonly frontMatterSpan: Span | undefined;
  readonly settings: Settings;
  /** Where each setting stands, by its path with dots ("train.steps", "data.train"). */
  readonly settingSpans: ReadonlyMap<string, SettingSpan>;
  readonly prompts: readonly Prompt[];
  readonly comments: readonly Comment[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface SettingSpan {
  readonly key: Span;
  readonly value: Span;
}
