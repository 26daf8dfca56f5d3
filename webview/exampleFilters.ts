/** Which examples a filter and a search show. */
import type { ExampleReport, Report } from '../src/protocol/report.ts';
import type { ExampleFilter } from './state.ts';

/** The prompts that the filters speak of. */
export interface Compared {
  readonly names: readonly string[];
  /** The prompt in question. */
  readonly subject: string;
  /** What it is held against, where that is another prompt. */
  readonly baseline: string | undefined;
}

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

/** The examples that the filter lets through. */
export function filtered(
  examples: readonly ExampleReport[],
  filter: ExampleFilter,
  { names, subject, baseline }: Compared,
): readonly ExampleReport[] {
  const right = (example: ExampleReport, name: string | undefined) =>
    name !== undefined && example.predictions[name]?.correct === true;
  switch (filter) {
    case 'all':
      return examples;
    case 'differ':
      return examples.filter(
        (example) => new Set(names.map((name) => example.predictions[name]?.answer)).size > 1,
      );
    case 'wrong':
      return examples.filter((example) => !right(example, subject));
    case 'fixed':
      return examples.filter((example) => right(example, subject) && !right(example, baseline));
    case 'broken':
      return examples.filter((example) => !right(example, subject) && right(example, baseline));
  }
}

/** The examples with `search` in an input, the answer or any prompt's answer, in any case. */
export function searched(
  examples: readonly ExampleReport[],
  search: string,
): readonly ExampleReport[] {
  const wanted = search.trim().toLocaleLowerCase();
  if (wanted === '') return examples;
  return examples.filter((example) =>
    [
      ...Object.values(example.inputs),
      example.answer,
      ...Object.values(example.predictions).map((prediction) => prediction.answer),
    ].some((text) => text.toLocaleLowerCase().includes(wanted)),
  );
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
  };
}
