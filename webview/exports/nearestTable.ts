/** What the vectors are near, and what that is worth as words, for other programs. */
import { percent, percentRange, twoPlaces } from '../../src/protocol/format.ts';
import { nearestBy } from '../../src/protocol/nearness.ts';
import type {
  Metric,
  NearToken,
  PromptReport,
  Reading,
  Report,
  RunReport,
  VirtualTokenReport,
} from '../../src/protocol/report.ts';
import { csvText } from './csv.ts';
import type { ExportTable } from './exportTable.ts';
import { exportTable, pageOf } from './exportTable.ts';
import { markdownTable, plain } from './markdownText.ts';

const shownTokens = 5;

interface NearRow {
  readonly prompt: string;
  readonly run: RunReport;
  readonly token: VirtualTokenReport;
  readonly metric: Metric;
  readonly place: number;
  readonly near: NearToken;
}

/** The nearest tokens of every seed under every metric; in Markdown the first five of the middle seed. */
export function nearestTables(report: Report): ExportTable[] {
  const learned = report.prompts.filter(({ runs }) =>
    runs.some(({ virtualTokens }) => virtualTokens.some(({ nearest }) => nearest.length > 0)),
  );
  if (learned.length === 0) return [];
  const rows = learned.flatMap((prompt) => nearRows(prompt, report.metric));
  const label = 'Nearest tokens';
  return [
    {
      label,
      file: 'nearest',
      csv: (stale) =>
        csvText([nearHeadings, ...rows.map((row) => [...nearCells(row), stale[row.prompt]])]),
      markdown: (_report, stale) =>
        pageOf(
          report,
          stale,
          label,
          learned.flatMap((prompt) => promptLines(prompt, report.metric)),
        ),
    },
    ...readingTables(report),
  ];
}

const nearHeadings = [
  ...['prompt', 'seed', 'run', 'step', 'virtual_token', 'name', 'started_from', 'unmoved', 'norm'],
  ...['metric', 'place', 'token', 'token_id', 'similarity', 'stale'],
];

function nearCells({ prompt, run, token, metric, place, near }: NearRow) {
  const { index, name, startedFrom, unmoved, norm } = token;
  return [
    ...[prompt, run.seed, run.run, run.bestStep, index + 1, name, startedFrom, unmoved, norm],
    // Of L2 it is minus the distance, so that larger is nearer under every metric.
    ...[metric, place, near.token, near.id, near.similarity],
  ];
}

function nearRows({ summary, runs }: PromptReport, own: Metric): NearRow[] {
  return runs.flatMap((run) =>
    run.virtualTokens.flatMap((token) => {
      const others = Object.keys(token.nearestBy ?? {}) as Metric[];
      return [...new Set([own, ...others])].flatMap((metric) =>
        nearestBy(token, metric).map((near, i) => ({
          ...{ prompt: summary.name, run, token, metric, place: i + 1, near },
        })),
      );
    }),
  );
}

function promptLines({ summary, runs, middleSeed, reading }: PromptReport, metric: Metric) {
  const run = runs.find(({ seed }) => seed === middleSeed) ?? runs[0]!;
  const cellOf = (near: NearToken | undefined) =>
    near === undefined
      ? ''
      : `${plain(near.token)} ${twoPlaces(metric === 'l2' ? -near.similarity : near.similarity)}`;
  const places = Array.from({ length: shownTokens }, (_, i) => i);
  return [
    `### ${plain(summary.name)}, seed ${run.seed}, step ${run.bestStep}`,
    '',
    ...markdownTable(
      [metric, ...places.map((i) => (i === 0 ? 'nearest' : `${i + 1}.`))],
      [],
      run.virtualTokens.map((token) => {
        const list = nearestBy(token, metric);
        return [String(token.index + 1), ...places.map((i) => cellOf(list[i]))];
      }),
    ),
    '',
    ...(reading ? [plain(reading.sentence), ''] : []),
  ];
}

interface ReadingRow extends Reading {
  readonly prompt: string;
}

/** What the nearest tokens keep of the gain. */
function readingTables({ prompts }: Report): ExportTable[] {
  const rows = prompts.flatMap(({ summary, reading }): ReadingRow[] =>
    reading ? [{ prompt: summary.name, ...reading }] : [],
  );
  if (rows.length === 0) return [];
  const share = (name: string, heading: string, value: (row: ReadingRow) => number) => ({
    ...{ name, heading, value, text: (row: ReadingRow) => percent(value(row)) },
  });
  const table = exportTable(
    'Retained gain',
    'retained-gain',
    rows,
    [
      { name: 'template', value: (row) => row.template, text: (row) => row.template },
      share('learned', 'learned vectors', ({ scores }) => scores.learned),
      share('as_text', 'nearest tokens as text', ({ scores }) => scores.text),
      share('random_as_text', 'text near random vectors', ({ scores }) => scores.random),
      share('without_vectors', 'without vectors', ({ scores }) => scores.empty),
      {
        name: 'retained',
        heading: 'gain kept',
        value: (row) => row.retained,
        text: ({ retained, retainedInterval: range }) =>
          retained === undefined
            ? 'no gain shown'
            : `${percent(retained)}${range ? `, ${percentRange(range)}` : ''}`,
      },
      { name: 'retained_low', value: (row) => row.retainedInterval?.[0] },
      { name: 'retained_high', value: (row) => row.retainedInterval?.[1] },
      { name: 'retained_at_random', value: (row) => row.retainedAtRandom },
    ],
    rows.map(({ sentence }) => sentence),
  );
  return [table];
}
