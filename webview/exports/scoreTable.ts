/** The scores of a report for other programs. */
import type { Report } from '../../src/protocol/report.ts';
import type { ControlSummary, Measure, PromptSummary } from '../../src/protocol/summary.ts';
import type { Stale } from '../stale.ts';
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
  ...measureColumns('accuracyAt5', 'accuracy_at_5'),
  ...measureColumns('loss', 'loss'),
  ...measureColumns('reciprocalRank', 'reciprocal_rank'),
  ...measureColumns('probability', 'probability'),
  ...measureColumns('macroF1', 'macro_f1'),
  ...measureColumns('f1', 'f1'),
];

/** The interval of a measure, its difference to the baseline, and whether that is more than chance. */
function measureColumns(measure: Measure, name: string): (readonly [string, Value])[] {
  const interval = (summary: PromptSummary) => summary.intervals?.[measure];
  const difference = (summary: PromptSummary) => summary.difference?.measures?.[measure];
  return [
    [`${name}_low`, (summary) => interval(summary)?.[0]],
    [`${name}_high`, (summary) => interval(summary)?.[1]],
    [`${name}_difference`, (summary) => difference(summary)?.difference],
    [`${name}_difference_low`, (summary) => difference(summary)?.interval[0]],
    [`${name}_difference_high`, (summary) => difference(summary)?.interval[1]],
    [`${name}_p_value`, (summary) => difference(summary)?.pValue],
  ];
}

/**
 * One row a prompt, with an empty seed, and after it one for each of its seeds; then one for each
 * control, and one for each prompt without a score, with the reason.
 */
export function scoresCsv(report: Report, stale: Stale): string {
  const { file, model, split, candidates, createdAt } = report;
  // Ranks in a list of candidates say nothing where there is no list.
  const shown =
    candidates.kind === 'generate'
      ? columns.filter(([name]) => !/^(accuracy_at_5|reciprocal_rank)/.test(name))
      : columns;
  const facts = {
    ...{ file, model: model.id, model_sha256: model.sha256, split },
    ...{ candidates: candidates.kind, candidate_count: candidates.count, scored_at: createdAt },
  };
  const ofPrompt = ({ name, kind, seeds = [], ...summary }: PromptSummary): Row[] => [
    {
      ...{ prompt: name, kind, stale: stale[name] },
      ...Object.fromEntries(shown.map(([key, value]) => [key, value({ name, kind, ...summary })])),
    },
    ...seeds.map(({ seed, run, accuracy, loss }) => ({
      ...{ prompt: name, kind, stale: stale[name] },
      ...{ seed, run, accuracy, loss },
    })),
  ];
  const rows: Row[] = [
    ...report.prompts.flatMap(({ summary }) => ofPrompt(summary)),
    ...(report.controls ?? []).map((control) => ({
      ...{ prompt: control.of, kind: `control: ${control.control}`, stale: stale[control.of] },
      ...controlValues(control),
    })),
    ...(report.leftOut ?? []).map(({ name, reason }) => ({ prompt: name, no_score: reason })),
  ];
  const headings = [
    ...['prompt', 'kind', 'seed'],
    ...shown.map(([name]) => name),
    ...Object.keys(facts),
    ...['run', 'stale', 'no_score'],
  ];
  return csvText([
    headings,
    ...rows.map((row): Cell[] => headings.map((name) => ({ ...facts, ...row })[name])),
  ]);
}

type Row = Readonly<Record<string, Cell>>;

function controlValues({ n, accuracy, interval, difference, ...control }: ControlSummary): Row {
  return {
    ...{ examples: n, accuracy, accuracy_low: interval[0], accuracy_high: interval[1] },
    ...{ loss: control.loss, reciprocal_rank: control.reciprocalRank },
    ...{ probability: control.probability, baseline: difference.baseline },
    difference: difference.accuracy,
    difference_low: difference.interval[0],
    difference_high: difference.interval[1],
    ...{ p_value: difference.pValue, significant: difference.significant },
  };
}

/** What was scored, on what, the verdict, and every prompt's scores in full. */
export function scoresJson(report: Report, stale: Stale): string {
  const { file, model, split, examples, candidates, createdAt, outcome, verdict } = report;
  const isStale = Object.keys(stale).length > 0;
  const scores = {
    ...{ file, model, split, examples, candidates, createdAt },
    ...(isStale && { stale }),
    ...{ outcome, verdict },
    prompts: report.prompts.map(({ summary, template, baseline, settings }) => ({
      ...summary,
      ...(stale[summary.name] !== undefined && { stale: stale[summary.name] }),
      template,
      isBaseline: baseline,
      settings,
    })),
    ...(report.controls && { controls: report.controls }),
    ...(report.leftOut && { leftOut: report.leftOut }),
    versions: report.versions,
    fingerprints: report.fingerprints,
  };
  return `${JSON.stringify(scores, undefined, 2)}\n`;
}
