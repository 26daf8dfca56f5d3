/** Checks examples against the prompts and settings that use them. */
import { shortList } from '../base/shortList.ts';
import type { PtuneFile, Span } from '../language/ast.ts';
import type { Diagnostic } from '../language/diagnostics.ts';
import { diagnostic } from '../language/diagnostics.ts';
import { listedNear, nearestName } from '../language/nearest.ts';
import type { Example, Origin, Source } from './examples.ts';
import { type ToldRow, isText, relatedTo } from './rowPlace.ts';

/** The columns that prompts fill slots from, each with its first place. */
function usedColumns(file: PtuneFile): Map<string, Span[]> {
  const used = new Map<string, Span[]>();
  for (const { parts } of file.prompts) {
    for (const part of parts) {
      if (part.kind !== 'slot') continue;
      used.set(part.column, [...(used.get(part.column) ?? []), part.columnSpan]);
    }
  }
  return used;
}

/** Reports columns that the prompts or the answer need and `source` has not. */
export function checkColumns(file: PtuneFile, source: Source, diagnostics: Diagnostic[]): void {
  const { answer } = file.settings;
  const used = usedColumns(file);
  const answerSpan = file.settingSpans.get('answer')?.value;
  if (answer !== undefined && answerSpan) used.set(answer, [answerSpan]);
  for (const [column, places] of used) {
    if (!source.columns.includes(column)) {
      const isDemos = column === 'demos' && column !== answer;
      const nearest = isDemos ? 'demos:4' : nearestName(column, source.columns);
      const hint = nearest === undefined ? '' : `. Did you mean "${nearest}"?`;
      const found = listedNear(column, source.columns);
      const message = isDemos
        ? `"${source.file}" has no column "demos", and solved examples need their number. Write {demos:4} for four of them`
        : `"${source.file}" has no column "${column}". Columns found: ${found}${hint}`;
      const more = {
        related: [{ span: source.span, message: `The examples of "${source.file}"` }],
        ...(isText(source.path) && {
          relatedLines: [{ path: source.path, line: 0, message: `Columns: ${found}` }],
        }),
        ...(nearest !== undefined && { data: { replacement: nearest } }),
      };
      for (const span of places) {
        if (diagnostics.some((other) => sameProblem(other, span))) continue;
        diagnostics.push(diagnostic('data/missing-column', span, message, more));
      }
      continue;
    }
    if (column === answer) continue;
    const without = source.rows.filter(({ values }) => !Object.hasOwn(values, column));
    const first = without[0];
    if (!first) continue;
    const message = `${count(without.length, 'example has', 'examples have')} no "${column}", the first at ${first.source}; empty text stands for it`;
    const uses = places.slice(0, 1).map((span) => ({ span, message: 'The slot that it is for' }));
    const rows = first.span ? [] : [{ source, row: first, message: `No "${column}"` }];
    const place = first.span ?? source.span;
    diagnostics.push(diagnostic('data/missing-value', place, message, relatedTo(uses, rows)));
  }
}

/** One slot is told once, not again for every split whose file has the same columns. */
function sameProblem({ code, span }: Diagnostic, place: Span): boolean {
  return code === 'data/missing-column' && span.start === place.start && span.end === place.end;
}

/** Reports examples without an answer, and answers that are none of the labels. */
export function checkAnswers(
  file: PtuneFile,
  sources: readonly (Source | undefined)[],
  diagnostics: Diagnostic[],
): void {
  const { answer, labels } = file.settings;
  if (answer === undefined) return;
  for (const source of sources) {
    if (!source?.columns.includes(answer)) continue;
    const answers = source.rows.map((row) => ({ row, text: row.values[answer] ?? '' }));
    const empty = answers.filter(({ text }) => text.trim() === '');
    const first = empty[0]?.row;
    if (first) {
      const message = `${count(empty.length, 'example has', 'examples have')} no answer in column "${answer}", the first at ${first.source}. Fill it in or remove the example`;
      const setting = file.settingSpans.get('answer');
      const here = setting ? [{ span: setting.value, message: 'The column of the answer' }] : [];
      const rows = first.span ? [] : [{ source, row: first, message: 'No answer' }];
      const place = first.span ?? source.span;
      diagnostics.push(diagnostic('data/empty-answer', place, message, relatedTo(here, rows)));
    }
    if (!labels) continue;
    const names = labels.map(({ name }) => name);
    const unknown = answers.filter(({ text }) => text.trim() !== '' && !names.includes(text));
    const stranger = unknown[0];
    if (!stranger) continue;
    const others = [...new Set(unknown.map(({ text }) => text))];
    const quoted = others.map((one) => `"${one}"`);
    const told = shortList(quoted, 5);
    const message = `${count(unknown.length, 'answer is', 'answers are')} none of the labels ${shortList(names)}: ${told}, the first at ${stranger.row.source}. Add the label or correct the data`;
    const listed = file.settingSpans.get('labels')?.key;
    const { row, text } = stranger;
    const here = row.span && listed ? [{ span: listed, message: 'The labels' }] : [];
    const rows = row.span ? [] : [{ source, row, message: `"${text}" is none of the labels` }];
    const place = row.span ?? listed ?? source.span;
    const more = { ...relatedTo(here, rows), names: others };
    diagnostics.push(diagnostic('data/unknown-label', place, message, more));
  }
}

/**
 * Reports examples that stand in train or validation and in test as well: equal in the answer and
 * in every column that a prompt uses.
 */
export function checkLeaks(
  file: PtuneFile,
  splits: Readonly<Record<Split, readonly Example[]>>,
  origins: Readonly<Record<Split, Origin>>,
  span: Span,
  diagnostics: Diagnostic[],
): void {
  const columns = [...usedColumns(file).keys()];
  if (columns.length === 0) return;
  const keyOf = ({ row, answer }: Example) =>
    JSON.stringify([answer, ...columns.map((column) => row[column] ?? '')]);
  const tested = new Map(splits.test.map((example) => [keyOf(example), example]));
  for (const name of ['train', 'validation'] as const) {
    const leaks = splits[name].filter((example) => tested.has(keyOf(example)));
    const first = leaks[0];
    if (!first) continue;
    const twin = tested.get(keyOf(first))!;
    const message = `${count(leaks.length, 'example stands', 'examples stand')} in ${name} and in test, the first at ${first.source} and ${twin.source}. A score on test then shows what was learned by heart; remove them from one of the two`;
    const here = file.settingSpans.get(`data.${name}`);
    const others = here ? [{ span: here.value, message: `The examples of ${name}` }] : [];
    const rows = [
      toldRow(origins[name], first, `The example in ${name}`),
      toldRow(origins.test, twin, 'The same one in test'),
    ];
    diagnostics.push(diagnostic('data/leak', span, message, relatedTo(others, rows.flat())));
  }
}

type Split = 'train' | 'validation' | 'test';

function toldRow({ source, rows }: Origin, { index }: Example, message: string): ToldRow[] {
  const row = rows[index];
  return source && row ? [{ source, row, message }] : [];
}

function count(n: number, one: string, several: string): string {
  return `${n} ${n === 1 ? one : several}`;
}
