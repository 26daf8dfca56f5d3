/** The scores of a report for other programs. */
import type { Report } from '../../src/protocol/report.ts';
import type { PromptSummary } from '../../src/protocol/summary.ts';
import type { Cell } from './csv.ts';
import { csvText } from './csv.ts';

type Value = (summary: PromptSummary) => Cell;

const columns: readonly (readonly [string, Value])[] = [
  ['examples', ({ n }) => n],
  ['accuracy', ({ accuracy }) => accuracy],
  ['accuracy_low', ({ interval }) => interval[0]],
  ['accuracy_high', ({ interval }) => interval[1]],
  ['accuracy_at_5', ({ accuracyAt5 }) => accuracyAt5],
  ['loss', ({ loss }) => loss],
  ['reciprocal_rank', ({ reciprocalRank }) => reciprocalRank],
  ['probability', ({ probability }) => probability],
  ['macro_f1', ({ macroF1 }) => macroF1],
  ['f1', ({ f1 }) => f1],
  ['baseline', ({ difference }) => difference?.baseline],
  ['difference', ({ difference }) => difference?.accuracy],
  ['difference_low', ({ difference }) => difference?.interval[0]],
  ['difference_high', ({ difference }) => difference?.interval[1]],
  ['p_value', ({ difference }) => difference?.pValue],
  ['significant', ({ difference }) => difference?.significant],
];

/** One row a prompt, with an empty seed, and after it one for each of its seeds. */
export function scoresCsv({ prompts }: Report): string {
  const rows = prompts.flatMap(({ summary }) => [
    [summary.name, summary.kind, undefined, ...columns.map(([, value]) => value(summary))],
    ...(summary.seeds ?? []).map(({ seed, accuracy, loss }) => [
      summary.name,
      summary.kind,
      seed,
      ...columns.map(([name]) => ({ accuracy, loss })[name]),
    ]),
  ]);
  return csvText([['prompt', 'kind', 'seed', ...columns.map(([name]) => name)], ...rows]);
}

/** What was scored, on what, the verdict, and every prompt's scores in full. */
export function scoresJson(report: Report): string {
  const { file, model, split, examples, candidates, createdAt, outcome, verdict } = report;
  const scores = {
    ...{ file, model, split, examples, candidates, createdAt, outcome, verdict },
    prompts: report.prompts.map(({ summary, template, baseline, settings }) => ({
      ...summary,
      template,
      isBaseline: baseline,
      settings,
    })),
    ...(report.controls && { controls: report.controls }),
    versions: report.versions,
    fingerprints: report.fingerprints,
  };
  return `${JSON.stringify(scores, undefined, 2)}\n`;
}
