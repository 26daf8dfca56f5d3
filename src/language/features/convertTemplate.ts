/**
 * Turns templates of other prompt-learning tools into this language: OpenPrompt's mixed templates,
 * `{"placeholder": "text_a"} {"soft"} {"mask"}`, and the triples of the P-tuning code, `(3, 3, 3)`.
 * They are read as text; nothing in them is run.
 */
import { escapedBraces, printBraces } from '../printTemplate.ts';
import type { ModelKind } from './facts.ts';

/** A brace of OpenPrompt: it starts with a quoted key. Doubled braces are words. */
const pattern =
  /(?<!\{)\{\s*(["'])(\w+)\1(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^{}"'])*\}(?!\})/g;

/** The template in this language; undefined where it is none of OpenPrompt's. */
export function fromOpenPrompt(template: string, answer: string): string | undefined {
  const names = new SharedNames();
  let converted = 0;
  const parts = template.split(/\r\n|\n|\r/).map((line) => {
    let result = '';
    let at = 0;
    for (const match of line.matchAll(pattern)) {
      const part = convertBrace(entriesOf(match[0]), answer, names);
      if (part === undefined) continue;
      converted++;
      result += line.slice(at, match.index) + part;
      at = match.index + match[0].length;
    }
    return result + line.slice(at);
  });
  return converted === 0 ? undefined : parts.join('\n');
}

/**
 * The template that a triple stands for. In the released code a masked model has the answer between
 * the first two groups of virtual tokens and the subject behind them, a causal one the subject first
 * and the answer at the end.
 */
export function fromTriple(
  template: string,
  columns: { readonly subject: string; readonly answer: string },
  kind: Exclude<ModelKind, 'encoder-decoder'>,
): string | undefined {
  const match = /^\s*\(?\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)?\s*$/.exec(template);
  if (!match) return undefined;
  const [first, second, third] = match.slice(1).map((count) => virtual(Number(count)));
  const subject = `{${columns.subject}}`;
  const answer = `{${columns.answer}}`;
  const pieces =
    kind === 'masked'
      ? [first, answer, second, subject, third === '' ? '.' : third]
      : [first, subject, second, answer];
  return pieces.filter((piece) => piece !== '').join(' ');
}

function virtual(count: number): string {
  return count === 0 ? '' : `{*${count}}`;
}

/** Keys with their values as they are written, without the quotes of texts; a key alone has "". */
type Entries = ReadonlyMap<string, { readonly text: string; readonly isQuoted: boolean }>;

function entriesOf(brace: string): Entries {
  const entries = new Map<string, { text: string; isQuoted: boolean }>();
  const entry = /(["'])(\w+)\1\s*(?::\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^,}]*))?\s*(?:,|\})/g;
  for (const [, , key, written = ''] of brace.matchAll(entry)) {
    const isQuoted = /^["']/.test(written);
    const text = isQuoted ? written.slice(1, -1).replace(/\\(.)/g, '$1') : written.trim();
    entries.set(key!, { text, isQuoted });
  }
  return entries;
}

function convertBrace(entries: Entries, answer: string, names: SharedNames): string | undefined {
  const text = entries.get('text');
  if (entries.has('mask')) return `{${answer}}`;
  if (entries.has('soft') || entries.has('soft_id')) return names.convert(entries);
  if (text?.isQuoted === true) return escapedBraces(text.text);
  // Special tokens are put around the text by the model's own tokenizer.
  if (entries.has('special')) return '';
  const meta = entries.get('meta');
  if (meta) return `{${meta.text}}`;
  const placeholder = entries.get('placeholder');
  if (!placeholder) return undefined;
  const isCut = entries.get('shortenable')?.text !== 'False';
  return `{${placeholder.text}${isCut ? '|shorten' : ''}}`;
}

/** Soft tokens; those with an id share their vectors under a name. */
class SharedNames {
  readonly #defined = new Set<string>();
  #unnamed = 0;

  convert(entries: Entries): string {
    const soft = entries.get('soft');
    const id = entries.get('soft_id')?.text;
    const count = Number(entries.get('duplicate')?.text ?? 1) || 1;
    const initText = soft?.isQuoted === true && soft.text.trim() !== '' ? soft.text : undefined;
    const isSame = entries.get('same')?.text === 'True' && count > 1;
    const own = isSame ? `same${++this.#unnamed}` : undefined;
    const name = id === undefined ? own : `soft${id}`;
    const isKnown = name !== undefined && this.#defined.has(name);
    if (name !== undefined) this.#defined.add(name);
    const nameSpan = undefined;
    const span = { start: 0, end: 0 };
    const written = (repeats: boolean): string =>
      printBraces({
        kind: 'virtual',
        count:
          initText !== undefined || (name === undefined && count === 1)
            ? undefined
            : isSame
              ? 1
              : count,
        ...{ initText, name, nameSpan, repeats, span },
      });
    if (isKnown) return written(true);
    const first = written(false);
    return isSame ? [first, ...Array<string>(count - 1).fill(written(true))].join(' ') : first;
  }
}
