/** Two stored runs of the file beside each other, those too that no score is made with any more. */
import { percent, percentRange } from '../../src/protocol/format.ts';
import type { Report, StoredRun } from '../../src/protocol/report.ts';
import { button, dropdown } from '../controls.ts';
import { h } from '../element.ts';
import type { ViewContext } from '../state.ts';
import { localTime } from '../wording.ts';
import { factsDiff, scoreChange, templateDiff } from './pair.ts';
import { section } from './section.ts';

export function runDifferencesSection(
  report: Report,
  context: ViewContext,
): HTMLElement | undefined {
  const runs = report.storedRuns ?? [];
  if (runs.length < 2) return undefined;
  const { state, save } = context;
  const placeOf = (id: string | undefined, otherwise: number) => {
    const at = runs.findIndex(({ run }) => run === id);
    return at < 0 ? otherwise : at;
  };
  const chosen = () => {
    const to = placeOf(state.runDiff?.[1], 0);
    return [placeOf(state.runDiff?.[0], oldOf(runs, to)), to] as const;
  };
  const holder = h('div', { class: 'differences', role: 'status' });
  const draw = () => {
    const [from, to] = chosen();
    holder.replaceChildren(...comparison(runs[from]!, runs[to]!, context));
  };
  const choose = (label: string, side: 0 | 1) =>
    dropdown(label, runs.map(titleOf), chosen()[side], (index) => {
      const [from, to] = chosen();
      const [a, b] = side === 0 ? [index, to] : [from, index];
      state.runDiff = [runs[a]!.run, runs[b]!.run];
      save();
      draw();
    });
  draw();
  return section(
    context,
    'run-differences',
    'Differences of two runs',
    'what was set, and what came of it; earlier runs, too',
    h('div', { class: 'bar-of-controls' }, choose('from', 0), choose('to', 1)),
    holder,
  );
}

/** The newest run before this one that was set otherwise; else its neighbor. */
function oldOf(runs: readonly StoredRun[], to: number): number {
  const what = ({ settings, template }: StoredRun) =>
    JSON.stringify([template, Object.entries(settings).filter(([key]) => key !== 'seed')]);
  const now = what(runs[to]!);
  const other = runs.findIndex((run, i) => i > to && what(run) !== now);
  if (other >= 0) return other;
  return to + 1 < runs.length ? to + 1 : to - 1;
}

/** "learned, seed 2 · 93 % · Nov 30, 6:30 PM", with the name in front where it has one. */
function titleOf({ name, prompt, seed, score, startedAt }: StoredRun): string {
  return [
    ...(name === undefined ? [] : [`“${name}”`]),
    `${prompt}, seed ${seed}`,
    score ? percent(score.accuracy) : 'not scored',
    localTime(startedAt),
  ].join(' · ');
}

function comparison(from: StoredRun, to: StoredRun, context: ViewContext): HTMLElement[] {
  if (from === to) return [h('p', { class: 'empty' }, 'This is one and the same run.')];
  return [
    h('p', {}, scoresText(from, to)),
    ...(from.template === to.template ? [] : [templateDiff(from.template, to.template)]),
    ...factsDiff('setting', ['from', 'to'], from.settings, to.settings),
    ...factsDiff('outcome', ['from', 'to'], from.outcome, to.outcome),
    significance(from, to, context),
  ];
}

function scoresText({ score: from }: StoredRun, { score: to }: StoredRun): string {
  if (!from || !to) {
    const range = (score: StoredRun['score']) =>
      score ? `${percent(score.accuracy)} (${percentRange(score.interval)})` : 'not scored';
    return `${range(from)} → ${range(to)}`;
  }
  const intervals = `${percentRange(from.interval)} and ${percentRange(to.interval)}`;
  return `${scoreChange(from.accuracy, to.accuracy)} (95 % intervals ${intervals})`;
}

/** Whether the difference is more than chance is measured from the answers, which are not here. */
function significance(
  from: StoredRun,
  to: StoredRun,
  { hasEditor, post }: ViewContext,
): HTMLElement {
  const runs = [from.run, to.run];
  return hasEditor
    ? button('Is the difference more than chance?', () => post({ type: 'compareRuns', runs }))
    : h(
        'p',
        { class: 'note' },
        'Whether the difference is more than chance: ',
        h('code', {}, `ptune runs compare ${runs.join(' ')}`),
      );
}
