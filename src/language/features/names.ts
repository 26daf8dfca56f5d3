/**
 * The names that a file gives: of prompts, of virtual tokens within a prompt, of columns and of
 * labels. Rename, references, highlights and definitions are all made from them.
 */
import type { Prompt, PtuneFile, SettingSpan, Span } from '../ast.ts';
import { readScalar } from '../yamlScalar.ts';

export type NameKind = 'prompt' | 'virtualTokens' | 'column' | 'label';

/** One place of a name. */
export interface NamePlace {
  readonly span: Span;
  /** Whether the name is given here, rather than used. */
  readonly isDefinition: boolean;
  /** Whether it is a value of YAML, which may need quotes. */
  readonly isYaml: boolean;
  /** Set where what is wrong around the name makes its end a guess. */
  readonly isUnclear?: boolean;
}

/** A name with all of its places, in the order of the file. */
export interface Name {
  readonly kind: NameKind;
  readonly text: string;
  readonly places: readonly NamePlace[];
  /** All names of its kind that stand beside it, itself among them. */
  readonly siblings: ReadonlySet<string>;
}

/** The name at an offset, and the place that was meant. */
export function nameAt(
  file: PtuneFile,
  offset: number,
): { readonly name: Name; readonly place: NamePlace } | undefined {
  for (const name of namesNear(file, offset)) {
    const place = name.places.find(({ span }) => span.start <= offset && offset <= span.end);
    if (place) return { name, place };
  }
  return undefined;
}

/** Every name of the file. */
export function allNames(file: PtuneFile): Name[] {
  return [
    ...promptNames(file),
    ...file.prompts.flatMap((prompt) => virtualTokenNames(file, prompt)),
    ...columnNames(file),
    ...labelNames(file),
  ];
}

/** The names that can have a place at an offset; the virtual tokens of other prompts cannot. */
function namesNear(file: PtuneFile, offset: number): Name[] {
  const prompts = file.prompts.filter(
    ({ headSpan, templateSpan }) => headSpan.start <= offset && offset <= templateSpan.end,
  );
  return [
    ...prompts.flatMap((prompt) => virtualTokenNames(file, prompt)),
    ...columnNames(file),
    ...promptNames(file),
    ...labelNames(file),
  ];
}

/** Two prompts of one name are an error; each is then a name of its own, and the first is meant. */
function promptNames(file: PtuneFile): Name[] {
  const all = new Set(file.prompts.map(({ name }) => name));
  const seen = new Set<string>();
  const baseline = file.settingSpans.get('baseline');
  return file.prompts.map(({ name, nameSpan }) => {
    const places: NamePlace[] = [];
    const isFirst = !seen.has(name);
    seen.add(name);
    if (isFirst && baseline && file.settings.baseline === name) {
      places.push({ span: baseline.value, isDefinition: false, isYaml: true });
    }
    const isUnclear = !/\s/.test(file.text[nameSpan.start - 1] ?? '');
    places.push({ span: nameSpan, isDefinition: true, isYaml: false, isUnclear });
    return { kind: 'prompt', text: name, places, siblings: all };
  });
}

function virtualTokenNames(file: PtuneFile, prompt: Prompt): Name[] {
  const places = new Map<string, NamePlace[]>();
  for (const part of prompt.parts) {
    if (part.kind !== 'virtual' || part.name === undefined || !part.nameSpan) continue;
    const place = { span: part.nameSpan, isDefinition: !part.repeats, isYaml: false };
    pushTo(places, part.name, { ...place, isUnclear: !isClosed(file, part.span) });
  }
  return named('virtualTokens', places);
}

function columnNames(file: PtuneFile): Name[] {
  const places = new Map<string, NamePlace[]>();
  const { answer, examples } = file.settings;
  const answerPlace = file.settingSpans.get('answer');
  if (answer !== undefined && answerPlace) {
    pushTo(places, answer, { span: answerPlace.value, isDefinition: false, isYaml: true });
  }
  for (const { index, columns } of exampleRows(examples)) {
    for (const column of columns) {
      const place = file.settingSpans.get(`examples.${index}.${column}`);
      // The columns of the first example stand for those of all.
      if (place) pushTo(places, column, keyPlace(place, index === 0));
    }
  }
  for (const { parts } of file.prompts) {
    for (const part of parts) {
      if (part.kind !== 'slot' && part.kind !== 'answer') continue;
      const place = { span: part.columnSpan, isDefinition: false, isYaml: false };
      pushTo(places, part.column, { ...place, isUnclear: !isClosed(file, part.span) });
    }
  }
  return named('column', places);
}

function labelNames(file: PtuneFile): Name[] {
  const { labels, answer, examples } = file.settings;
  const places = new Map<string, NamePlace[]>();
  for (const { name } of labels ?? []) {
    const place = file.settingSpans.get(`labels.${name}`);
    if (place) pushTo(places, name, keyPlace(place, true));
  }
  if (answer !== undefined && labels) {
    for (const [index, row] of (examples ?? []).entries()) {
      const place = file.settingSpans.get(`examples.${index}.${answer}`);
      const label = row[answer];
      if (label === undefined || !place || !places.has(label)) continue;
      pushTo(places, label, { span: place.value, isDefinition: false, isYaml: true });
    }
  }
  return named('label', places);
}

function exampleRows(examples: PtuneFile['settings']['examples']) {
  return (examples ?? []).map((row, index) => ({ index, columns: Object.keys(row) }));
}

function keyPlace({ key }: SettingSpan, isDefinition: boolean): NamePlace {
  return { span: key, isDefinition, isYaml: true };
}

function named(kind: NameKind, places: ReadonlyMap<string, NamePlace[]>): Name[] {
  const all = new Set(places.keys());
  return [...places].map(([text, found]) => {
    const ordered = found.toSorted((a, b) => a.span.start - b.span.start);
    return { kind, text, places: ordered, siblings: all };
  });
}

/** Whether the text at a place is the name itself, not an alias or another way to write it. */
export function isWritten(file: PtuneFile, name: Name, place: NamePlace): boolean {
  const { span, isYaml } = place;
  if (place.isUnclear === true) return false;
  const written = file.text.slice(span.start, span.end);
  return (isYaml ? readScalar(written) : written) === name.text;
}

function isClosed({ text }: PtuneFile, braces: Span): boolean {
  return text[braces.end - 1] === '}';
}

function pushTo<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
