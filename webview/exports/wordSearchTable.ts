/** Words found for learned prompts, and the prompts that they are held against, for other programs. */
import { percent, percentRange } from '../../src/protocol/format.ts';
import type { Report } from '../../src/protocol/report.ts';
import type { SplitScore } from '../../src/protocol/wordSearch.ts';
import { comparedWith, methodNames } from '../foundWords.ts';
import type { ExportTable, TableColumn } from './exportTable.ts';
import { exportTable } from './exportTable.ts';

interface Row extends SplitScore {
  readonly prompt: string;
  readonly what: string;
  readonly words?: string;
  readonly retained?: number;
  readonly retainedInterval?: readonly [number, number];
}

/** A row for what each method found, and one for each prompt beside it. */
export function wordSearchTables({ insights }: Report): ExportTable[] {
  const searches = insights?.words ?? [];
  if (searches.length === 0) return [];
  const rows = searches.flatMap((search): Row[] => [
    ...search.found.map((found) => ({
      ...found,
      prompt: search.prompt,
      what: methodNames[found.method],
      words: found.template,
    })),
    ...comparedWith(search).map(([what, { validation, test }]) => ({
      ...{ prompt: search.prompt, what, validation, test },
    })),
  ]);
  const table = exportTable(
    'Words for learned prompts',
    'words',
    rows,
    [
      { name: 'what', heading: '', value: ({ what }) => what, text: ({ what }) => what },
      { name: 'words', value: ({ words }) => words, text: ({ words }) => words ?? '' },
      ...scoreColumns('validation'),
      ...scoreColumns('test'),
      {
        ...{ name: 'retained', heading: 'gain kept', value: ({ retained }) => retained },
        text: ({ retained }) => (retained === undefined ? '' : percent(Math.max(0, retained))),
      },
      { name: 'retained_low', value: ({ retainedInterval }) => retainedInterval?.[0] },
      { name: 'retained_high', value: ({ retainedInterval }) => retainedInterval?.[1] },
    ],
    searches.flatMap(({ sentences }) => sentences),
  );
  return [table];
}

function scoreColumns(split: keyof SplitScore): TableColumn<Row>[] {
  return [
    {
      ...{ name: split, value: (row) => row[split].accuracy },
      text: ({ [split]: { accuracy, interval } }) =>
        `${percent(accuracy)}, ${percentRange(interval)}`,
    },
    { name: `${split}_low`, value: (row) => row[split].interval[0] },
    { name: `${split}_high`, value: (row) => row[split].interval[1] },
    { name: `${split}_loss`, value: (row) => row[split].loss },
  ];
}
