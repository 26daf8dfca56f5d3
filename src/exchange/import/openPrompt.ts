/**
 * Templates of OpenPrompt: one a line, with `{"placeholder": "text_a"}`, `{"mask"}`, `{"soft": …}`
 * and so on among the words; and the verbalizer beside them. What stands in the braces is read as
 * literals of Python and never evaluated.
 */
import { basename, dirname, join } from 'node:path';
import { readdir } from 'node:fs/promises';
import { parseJson } from './peft.ts';
import { readText } from './readFile.ts';
import { plainName, words, type ImportedTask, type Row } from './written.ts';

/** Whether a text is such a file of templates. */
export const isOpenPrompt = (text: string): boolean => /\{\s*["']mask["']\s*\}/.test(text);

/** Reads a file of templates. */
export async function readOpenPrompt(path: string, text: string): Promise<ImportedTask> {
  const warnings: string[] = [];
  const columns = new Set<string>();
  const prompts = text
    .split(/\r?\n/)
    .map((line, i) => ({ line, place: `${basename(path)}:${i + 1}` }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, place }, i) => ({
      name: `template${i + 1}`,
      template: new Line(place, columns, warnings).converted(line),
    }));
  const labels = await verbalizer(dirname(path), warnings);
  const names = labels ? Object.keys(labels) : ['yes', 'no'];
  warnings.push('OpenPrompt keeps its data in programs: put your own examples into the data file.');
  const train: Row[] = [...names, ...names].map((label, i) => ({
    ...Object.fromEntries([...columns].map((column) => [column, `example ${i + 1}`])),
    label,
  }));
  return {
    kind: 'OpenPrompt',
    name: plainName(basename(path).replace(/\.\w+$/, ''), 'openprompt'),
    answer: 'label',
    ...(labels && { labels }),
    prompts,
    data: { train },
    warnings,
  };
}

type Literal = string | number | boolean | undefined;

/** One template. */
class Line {
  readonly #place: string;
  readonly #columns: Set<string>;
  readonly #warnings: string[];
  #masks = 0;
  readonly #shared = new Set<string>();

  constructor(place: string, columns: Set<string>, warnings: string[]) {
    this.#place = place;
    this.#columns = columns;
    this.#warnings = warnings;
  }

  converted(line: string): string {
    const text = line
      .split(/(\{[^{}]*\})/)
      .map((part, i) => (i % 2 === 0 ? words(part) : this.#braces(part)))
      .join('');
    if (this.#masks > 0) return text;
    this.#warn('there is no {"mask"}; the answer is put at the end');
    return `${text} {label}`;
  }

  #warn(what: string): void {
    this.#warnings.push(`${this.#place}: ${what}.`);
  }

  #braces(text: string): string {
    const values = literals(text);
    if (values === undefined) {
      this.#warn(`${text} cannot be expressed and is left out`);
      return '';
    }
    for (const key of ['post_processing', 'add_prefix_space']) {
      if (values.has(key)) this.#warn(`"${key}" is left out`);
    }
    const column = values.get('placeholder') ?? values.get('meta');
    if (typeof column === 'string') {
      const name = plainName(column, 'text').replaceAll('-', '_');
      this.#columns.add(name);
      const isCut = values.has('placeholder') && values.get('shortenable') !== false;
      return isCut ? `{${name}|shorten}` : `{${name}}`;
    }
    if (values.has('mask')) {
      this.#masks++;
      if (this.#masks === 1) return '{label}';
      this.#warn('only the first {"mask"} is the answer; the others are left out');
      return '';
    }
    if (values.has('soft') || values.has('soft_id')) return this.#soft(values);
    const fixed = values.get('text') ?? values.get('special');
    if (typeof fixed === 'string') return words(fixed);
    this.#warn(`${text} cannot be expressed and is left out`);
    return '';
  }

  #soft(values: ReadonlyMap<string, Literal>): string {
    const [start, id, copies] = ['soft', 'soft_id', 'duplicate'].map((key) => values.get(key));
    const count = typeof copies === 'number' && copies >= 1 ? Math.min(copies, 512) : undefined;
    const text =
      typeof start === 'string' && start.trim() !== '' ? start.replace(/["{}]/g, '') : '';
    if (values.get('same') === true && (count ?? 1) > 1) {
      return `{*same:1}${'{*same}'.repeat((count ?? 1) - 1)}`;
    }
    if (typeof id === 'number') {
      if (text !== '') this.#warn(`the start text of "soft_id" ${id} is left out`);
      const name = `soft${id}`;
      const isKnown = this.#shared.has(name);
      this.#shared.add(name);
      return isKnown ? `{*${name}}` : `{*${name}:${count ?? 1}}`;
    }
    if (text !== '') return count === undefined ? `{*"${text}"}` : `{*${count} "${text}"}`;
    return count === undefined ? '{*}' : `{*${count}}`;
  }
}

/** Keys and values in braces; a key alone has no value. Undefined for what are no literals. */
function literals(text: string): Map<string, Literal> | undefined {
  const found = new Map<string, Literal>();
  let rest = text.slice(1, -1).trim();
  while (rest !== '') {
    const match =
      /^(["'])([^"']*)\1\s*(?::\s*(?:(["'])([^"']*)\3|(None|True|False)|(-?\d+)|(lambda[^]*)))?\s*(?:,\s*|$)/.exec(
        rest,
      );
    if (!match) return undefined;
    const [all, , key, , string, name, digits, program] = match;
    found.set(
      key!,
      string ??
        (digits === undefined ? undefined : Number(digits)) ??
        (name === 'True' ? true : name === 'False' ? false : program && undefined),
    );
    rest = rest.slice(all.length);
  }
  return found.size === 0 ? undefined : found;
}

/** Label words of a verbalizer beside the templates: an object, a list, or a line for each label. */
async function verbalizer(
  folder: string,
  warnings: string[],
): Promise<Record<string, string[]> | undefined> {
  const names = await readdir(folder);
  const name = names.sort().find((one) => /verbalizer\.(json|txt|csv)$/.test(one));
  if (name === undefined) return undefined;
  const path = join(folder, name);
  const text = await readText(path);
  const value: unknown = name.endsWith('.json')
    ? parseJson(path, text)
    : text
        .split(/\r?\n/)
        .filter((line) => line.trim() !== '')
        .map((line) => line.split(','));
  const list = (words_: unknown) =>
    [words_]
      .flat()
      .flatMap((word) => (typeof word === 'string' && word.trim() ? [word.trim()] : []));
  const isList = Array.isArray(value);
  if (isList) warnings.push(`${name}: its labels have no names and are numbered from 0.`);
  const labels = Object.entries(value ?? {}).map(([label, own]) => [label, list(own)] as const);
  const whole = labels.filter(([, own]) => own.length > 0);
  return whole.length < 2
    ? undefined
    : Object.fromEntries(whole.map(([label, own]) => [isList ? `label${label}` : label, own]));
}
