/** The files and models that a `.ptune` file names, as links. */
import type { PtuneFile, Span } from '../ast.ts';
import { spanInQuotes } from '../yamlScalar.ts';

/** What a link leads to. */
export type LinkTarget =
  /** A path relative to the `.ptune` file, or an absolute one. */
  | { readonly kind: 'file'; readonly path: string }
  /** A model that may lie with ptune, in a folder or in a cache; else its page on the Hub. */
  | { readonly kind: 'model'; readonly id: string };

export interface DocumentLink {
  readonly span: Span;
  readonly target: LinkTarget;
  /** What a click does. */
  readonly tooltip: string;
}

/** Links from data files, candidates, stored vectors and the model. */
export function documentLinks(file: PtuneFile): DocumentLink[] {
  const { settings, settingSpans } = file;
  const links: DocumentLink[] = [];
  const add = (span: Span | undefined, path: string | undefined, what: string) => {
    if (!span || path === undefined) return;
    const inner = spanInQuotes(file.text, span);
    links.push({ span: inner, target: { kind: 'file', path }, tooltip: `Open the ${what}` });
  };
  for (const split of ['train', 'validation', 'test'] as const) {
    const path = settings.data[split];
    const span = settingSpans.get(`data.${split}`)?.value;
    add(span, typeof path === 'string' ? path : undefined, `${split} examples`);
  }
  if (settings.candidates.kind === 'file') {
    add(settingSpans.get('candidates')?.value, settings.candidates.path, 'candidates');
  }
  const model = (settingSpans.get('model.id') ?? settingSpans.get('model'))?.value;
  if (model && settings.model) {
    const target = { kind: 'model', id: settings.model.id } as const;
    links.push({ span: spanInQuotes(file.text, model), target, tooltip: 'Show the model' });
  }
  for (const { from, settingSpans: own } of file.prompts) {
    add(own.get('from')?.value, from, 'stored vectors');
  }
  return links;
}
