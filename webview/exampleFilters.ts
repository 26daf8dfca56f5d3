/** Which examples a filter and a search show. */
import { normalizedAnswer } from '../src/evaluation/answerMatch.ts';
import type { OpenExamples, OpenPrompt, OpenRun, OpenTexts } from '../src/protocol/exampleTable.ts';
import type { Report } from '../src/protocol/report.ts';
import type { ExampleFilter } from './state.ts';

/** The prompts that the filters speak of. */
export interface Compared {
  readonly names: readonly string[];
  /** The prompt in question. */
  readonly subject: string;
  /** What it is held against, where that is another prompt. */
  readonly baseline: string | undefined;
  /** Answers were written freely, and are compared as they are scored: without case and articles. */
  readonly written: boolean;
}

/** Whether an example, by its place in the split, is shown. */
export type Keep = (example: number) => boolean;

/** The filters that make sense for these prompts, in the order shown. */
export function filtersFor({ names, baseline }: Compared): ExampleFilter[] {
  return [
    'all',
    ...(names.length > 1 ? (['differ'] as const) : []),
    'wrong',
    ...(baseline === undefined ? [] : (['fixed', 'broken'] as const)),
  ];
}

/** What a filter shows, in words. */
export function filterText(filter: ExampleFilter, { subject }: Compared): string {
  switch (filter) {
    case 'all':
      return 'all';
    case 'differ':
      return 'differ';
    case 'wrong':
      return `wrong in ${subject}`;
    case 'fixed':
      return `fixed by ${subject}`;
    case 'broken':
      return `broken by ${subject}`;
  }
}

/** What a filter lets through; of several seeds, the middle one's answers count. */
export function filterOf(
  { prompts, answer }: OpenExamples,
  filter: ExampleFilter,
  { subject, baseline, written }: Compared,
): Keep {
  const right = rightIn(prompts, subject);
  const rightBefore = rightIn(prompts, baseline);
  switch (filter) {
    case 'all':
      return () => true;
    case 'differ':
      return differIn(prompts, written ? likeAnswers(answer.texts) : undefined);
    case 'wrong':
      return (example) => !right(example);
    case 'fixed':
      return (example) => right(example) && !rightBefore(example);
    case 'broken':
      return (example) => !right(example) && rightBefore(example);
  }
}

/**
 * Whether prompts answer differently: of written answers two wordings can be right, which is alike.
 *
 * @param like  for every answer the first one that counts as the same; each for itself where absent
 */
function differIn(prompts: readonly OpenPrompt[], like?: Uint32Array): Keep {
  const [first, ...others] = prompts.map(({ middle }) => middle);
  const right = -1;
  return (example) => {
    const says = ({ correct, said }: OpenRun) => {
      if (correct[example] === 1) return right;
      return like ? like[said[example]!]! : said[example]!;
    };
    return first !== undefined && others.some((other) => says(other) !== says(first));
  };
}

const known = new WeakMap<readonly string[], Uint32Array>();

/** For every written answer the place of the first one that is scored alike; each list is read once. */
function likeAnswers(texts: readonly string[]): Uint32Array {
  let like = known.get(texts);
  if (like === undefined) {
    const places = new Map<string, number>();
    like = Uint32Array.from(texts, (text, i) => {
      const plain = normalizedAnswer(text);
      const place = places.get(plain) ?? i;
      places.set(plain, place);
      return place;
    });
    known.set(texts, like);
  }
  return like;
}

function rightIn(prompts: readonly OpenPrompt[], name: string | undefined): Keep {
  const correct = prompts.find((prompt) => prompt.name === name)?.middle.correct;
  return correct === undefined ? () => false : (example) => correct[example] === 1;
}

/** How many examples are shown. */
export function countOf({ count }: OpenExamples, keep: Keep): number {
  let kept = 0;
  for (let example = 0; example < count; example++) kept += Number(keep(example));
  return kept;
}

/** Finds text in the examples; what is searched is put in lower case once, each text once. */
export class ExampleSearch {
  readonly #examples: OpenExamples;
  readonly #lowered = new Map<readonly string[], readonly string[]>();

  constructor(examples: OpenExamples) {
    this.#examples = examples;
  }

  /** Lets through examples with `search` in an input or an answer, right or given, in any case. */
  keep(search: string): Keep {
    const wanted = search.trim().toLocaleLowerCase();
    if (wanted === '') return () => true;
    const { inputs, answer, prompts } = this.#examples;
    const columns: OpenTexts[] = [
      ...inputs,
      answer,
      ...prompts.map(({ middle }) => ({ texts: answer.texts, rows: middle.said })),
    ];
    const found = new Map<readonly string[], Uint8Array>();
    const flags = columns.map(({ texts, rows }) => {
      const known = found.get(texts) ?? this.#found(texts, wanted);
      found.set(texts, known);
      return { known, rows };
    });
    return (example) => flags.some(({ known, rows }) => known[rows[example]!] === 1);
  }

  /** Which of the texts contain what is wanted. */
  #found(texts: readonly string[], wanted: string): Uint8Array {
    const lowered = this.#lowered.get(texts) ?? texts.map((text) => text.toLocaleLowerCase());
    this.#lowered.set(texts, lowered);
    return Uint8Array.from(lowered, (text) => Number(text.includes(wanted)));
  }
}

/** The prompt in question: the chosen one, else the best learned one, else the best other one. */
export function comparedOf(report: Report, chosen: string | undefined): Compared {
  const summaries = report.prompts.map((prompt) => prompt.summary);
  const baseline = report.prompts.find((prompt) => prompt.baseline)?.summary.name;
  const others = summaries.filter(({ name }) => name !== baseline);
  const best = [...(others.length > 0 ? others : summaries)].sort(
    (a, b) =>
      Number(b.kind === 'continuous') - Number(a.kind === 'continuous') || b.accuracy - a.accuracy,
  )[0]!;
  const subject = others.find(({ name }) => name === chosen)?.name ?? best.name;
  return {
    names: summaries.map(({ name }) => name),
    subject,
    baseline: subject === baseline ? undefined : baseline,
    written: report.candidates.kind === 'generate',
  };
}
