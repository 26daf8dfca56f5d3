/** The outline of a file: its settings and its prompts, with their virtual tokens. */
import type { Prompt, PtuneFile, Span, VirtualPart } from '../ast.ts';

export interface OutlineSymbol {
  readonly name: string;
  readonly kind: 'settings' | 'setting' | 'prompt' | 'virtualTokens';
  /** A few words beside the name. */
  readonly detail: string;
  /** All that belongs to it. */
  readonly span: Span;
  /** What is selected on a click; lies in `span`. */
  readonly selectionSpan: Span;
  readonly children: readonly OutlineSymbol[];
}

/** The outline in the order of the file. */
export function outline(file: PtuneFile): OutlineSymbol[] {
  const prompts = file.prompts.map(promptSymbol);
  const settings = file.frontMatterSpan && settingsSymbol(file, file.frontMatterSpan);
  return settings ? [settings, ...prompts] : prompts;
}

/** The `@prompt` line and the template of a prompt. */
export function promptSpan(prompt: Prompt): Span {
  return { start: prompt.headSpan.start, end: prompt.templateSpan.end };
}

/** The prompt at an offset: the one whose `@prompt` line or template is there. */
export function promptAt(file: PtuneFile, offset: number): Prompt | undefined {
  return file.prompts.find((prompt) => {
    const { start, end } = promptSpan(prompt);
    return start <= offset && offset <= end;
  });
}

function settingsSymbol(file: PtuneFile, span: Span): OutlineSymbol {
  const children = [...file.settingSpans]
    .filter(([path]) => !path.includes('.'))
    .map(([name, { key, value }]): OutlineSymbol => {
      const whole = { start: key.start, end: Math.max(key.end, value.end) };
      return { name, kind: 'setting', detail: '', span: whole, selectionSpan: key, children: [] };
    });
  const detail = file.settings.model?.id ?? '';
  const selectionSpan = { start: span.start, end: span.start };
  return { name: 'settings', kind: 'settings', detail, span, selectionSpan, children };
}

function promptSymbol(prompt: Prompt): OutlineSymbol {
  const virtual = prompt.parts.filter((part) => part.kind === 'virtual');
  return {
    name: prompt.name,
    kind: 'prompt',
    detail: prompt.kind,
    span: promptSpan(prompt),
    selectionSpan: prompt.nameSpan,
    children: virtual.map(virtualSymbol),
  };
}

function virtualSymbol({ count, initText, name, span }: VirtualPart): OutlineSymbol {
  const from = initText === undefined ? '' : `from "${initText}"`;
  const amount = count ?? (initText === undefined ? 1 : undefined);
  const size = amount === undefined ? '' : `${amount} virtual ${amount === 1 ? 'token' : 'tokens'}`;
  return {
    name: name === undefined ? '{*}' : `{*${name}}`,
    kind: 'virtualTokens',
    detail: [size, from].filter((words) => words !== '').join(' '),
    span,
    selectionSpan: span,
    children: [],
  };
}
