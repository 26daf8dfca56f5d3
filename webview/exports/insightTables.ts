/** The confusion of labels, and what was looked at on request, for other programs. */
import { percent, percentRange, points, pointsRange } from '../../src/protocol/format.ts';
import type { ScoreChange } from '../../src/protocol/importance.ts';
import type { Report } from '../../src/protocol/report.ts';
import type { WordingProbe, WordingScore } from '../../src/protocol/wordings.ts';
import { decimal, signedDecimal } from '../wording.ts';
import { csvText } from './csv.ts';
import type { ExportTable, TableColumn } from './exportTable.ts';
import { exportTable, pageOf } from './exportTable.ts';
import { markdownTable, plain } from './markdownText.ts';

/** How often each label was answered where each was right; in Markdown a matrix a prompt. */
export function confusionTables(report: Report): ExportTable[] {
  const known = report.prompts.flatMap(({ summary, confusion }) =>
    confusion ? [{ prompt: summary.name, ...confusion }] : [],
  );
  if (known.length === 0) return [];
  const label = 'Confusion';
  const table: ExportTable = {
    label,
    file: 'confusion',
    csv: (stale) =>
      csvText([
        ['prompt', 'right', 'answered', 'count', 'stale'],
        ...known.flatMap(({ prompt, labels, counts }) =>
          labels.flatMap((right, i) =>
            labels.map((answered, j) => [prompt, right, answered, counts[i]![j], stale[prompt]]),
          ),
        ),
      ]),
    markdown: (_report, stale) =>
      pageOf(report, stale, `${label}: right labels in rows, answered ones in columns`, [
        ...known.flatMap(({ prompt, labels, counts }) => [
          ...markdownTable(
            [plain(prompt), ...labels.map(plain)],
            labels.map((_, i) => i + 1),
            labels.map((right, i) => [plain(right), ...counts[i]!.map(String)]),
          ),
          '',
        ]),
      ]),
  };
  return [table];
}

interface ImportanceRow {
  readonly prompt: string;
  readonly seed: number;
  readonly examples: number;
  readonly what: string;
  readonly name: string | undefined;
  readonly nearest: string | undefined;
  readonly change: ScoreChange;
}

/** What is lost without each virtual token, and with two in each other's places. */
export function importanceTables({ insights }: Report): ExportTable[] {
  const known = insights?.importance ?? [];
  if (known.length === 0) return [];
  const rows = known.flatMap(({ prompt, seed, examples, tokens, exchanges }): ImportanceRow[] => [
    ...tokens.map(({ index, name, nearest, without }) => ({
      ...{ prompt, seed, examples, what: `without ${index + 1}`, name, nearest, change: without },
    })),
    ...exchanges.map(({ first, second, exchanged }) => ({
      ...{ prompt, seed, examples, what: `${first + 1} and ${second + 1} exchanged` },
      ...{ name: undefined, nearest: undefined, change: exchanged },
    })),
  ]);
  const changeOf = (
    measure: keyof ScoreChange,
    text: (change: ScoreChange[keyof ScoreChange]) => string,
    heading: string,
  ): TableColumn<ImportanceRow>[] => [
    {
      ...{ name: measure, heading, text: ({ change }) => text(change[measure]) },
      value: ({ change }) => change[measure].change,
    },
    { name: `${measure}_low`, value: ({ change }) => change[measure].interval[0] },
    { name: `${measure}_high`, value: ({ change }) => change[measure].interval[1] },
  ];
  const table = exportTable(
    'Importance',
    'importance',
    rows,
    [
      { name: 'seed', value: (row) => row.seed, text: (row) => String(row.seed) },
      { name: 'examples', value: (row) => row.examples },
      { name: 'what', heading: '', value: (row) => row.what, text: (row) => row.what },
      { name: 'name', value: (row) => row.name },
      { name: 'nearest', value: (row) => row.nearest, text: (row) => row.nearest ?? '' },
      ...changeOf(
        'accuracy',
        ({ change, interval }) => `${points(change)}, ${pointsRange(interval)}`,
        'answers right, points',
      ),
      ...changeOf(
        'loss',
        ({ change, interval: [low, high] }) =>
          `${signedDecimal(change)}, ${signedDecimal(low)} to ${signedDecimal(high)}`,
        'loss, nats',
      ),
    ],
    known.flatMap(({ sentences }) => sentences),
  );
  return [table];
}

interface WordingRow extends WordingScore {
  readonly prompt: string;
  readonly roles: string;
}

/** Every wording that was scored. */
export function wordingTables({ insights }: Report): ExportTable[] {
  const probes = insights?.wordings ?? [];
  if (probes.length === 0) return [];
  const rows = probes.flatMap((probe) =>
    probe.wordings.map((wording, i): WordingRow => ({
      ...wording,
      prompt: probe.prompt,
      roles: rolesOf(probe, i),
    })),
  );
  const table = exportTable(
    'Wordings',
    'wordings',
    rows,
    [
      { name: 'change', value: (row) => row.change, text: (row) => row.change },
      { name: 'kind', value: (row) => row.kind },
      { name: 'role', heading: '', value: (row) => row.roles, text: (row) => row.roles },
      { name: 'template', value: (row) => row.template, text: (row) => row.template },
      {
        ...{ name: 'test', value: ({ test }) => test.accuracy },
        text: ({ test }) => `${percent(test.accuracy)}, ${percentRange(test.interval)}`,
      },
      { name: 'test_low', value: ({ test }) => test.interval[0] },
      { name: 'test_high', value: ({ test }) => test.interval[1] },
      { name: 'loss', value: ({ test }) => test.loss, text: ({ test }) => decimal(test.loss) },
      {
        ...{ name: 'validation', value: ({ validation }) => validation.accuracy },
        text: ({ validation }) => percent(validation.accuracy),
      },
    ],
    probes.flatMap(({ sentences }) => sentences),
  );
  return [table];
}

function rolesOf({ best, worst, chosen }: WordingProbe, place: number): string {
  return [
    ...(place === best ? ['best on test'] : []),
    ...(place === worst ? ['worst on test'] : []),
    ...(place === chosen ? ['best on validation'] : []),
  ].join(', ');
}
