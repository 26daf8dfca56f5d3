/** What each virtual token is near, with how near, since a near token is no translation. */
import '../nearest.css';
import { listed } from '../../src/protocol/format.ts';
import { disagreements, virtualTokensAt } from '../../src/protocol/nearness.ts';
import type {
  Metric,
  PromptReport,
  Report,
  RunReport,
  VirtualTokenReport,
} from '../../src/protocol/report.ts';
import { choice, dropdown, toggle } from '../controls.ts';
import { h } from '../element.ts';
import type { ViewContext } from '../state.ts';
import { stepSlider } from '../stepSlider.ts';
import { readingBlock } from './reading.ts';
import { empty, section } from './section.ts';
import { templateText } from './templateText.ts';
import { metricNames, tokenTable } from './tokenTable.ts';
import { vectorMap } from './vectorMap.ts';

const metricNotes: Readonly<Record<Metric, string>> = {
  cosine: 'cosine similarity to the vocabulary’s embeddings, −1 to 1',
  dot: 'dot product with the vocabulary’s embeddings',
  l2: 'Euclidean distance to the vocabulary’s embeddings',
};

export function nearestSection(report: Report, context: ViewContext): HTMLElement | undefined {
  const learned = report.prompts.filter((prompt) => prompt.summary.kind === 'continuous');
  if (learned.length === 0) return undefined;
  const blocks = learned.map((prompt) => promptBlock(prompt, report, context));
  return section(
    context,
    'nearest',
    'What the vectors are near',
    'a hint at what was learned, not the prompt in words',
    ...blocks,
  );
}

function promptBlock(prompt: PromptReport, report: Report, context: ViewContext): HTMLElement {
  const { state } = context;
  const { name } = prompt.summary;
  const runs = prompt.runs.filter((run) => run.virtualTokens.length > 0);
  if (prompt.deep) {
    return empty(
      `The vectors of ${name} are keys and values of every layer, not embeddings: no token is near them.`,
    );
  }
  if (runs.length === 0) return empty(`The vectors of ${name} were not looked at.`);
  const metrics = metricsOf(runs[0]!.virtualTokens[0]!, report.metric);
  const runNow = () => {
    const seed = state.seeds[name] ?? prompt.middleSeed;
    return runs.find((one) => one.seed === seed) ?? runs[0]!;
  };
  const metricNow = () =>
    state.metric && metrics.includes(state.metric) ? state.metric : report.metric;
  const holder = h('div', { class: 'scroll' });
  const steps = h('div', {});
  const map = h('div', {});
  const note = h('span', { class: 'note' });
  const disagreement = h('p', { class: 'note' });
  const draw = () => {
    const [run, metric] = [runNow(), metricNow()];
    const step = stepOf(run, state.steps[name]);
    const all = state.allTokens ?? false;
    const virtualTokens = virtualTokensAt(run, step);
    const { random } = run;
    const label = `Nearest tokens of ${name}, seed ${run.seed}`;
    note.textContent = metricNotes[metric];
    holder.replaceChildren(tokenTable({ label, virtualTokens, random, metric, all }));
    disagreement.textContent = disagreementText(virtualTokens, metric, all);
    map.replaceChildren(vectorMap({ name, run, metric, step }) ?? '');
  };
  /** The slider is drawn again only with another run: it must not lose the focus while it moves. */
  const drawRun = () => {
    const run = runNow();
    steps.replaceChildren(
      slider(run, state.steps[name], (step) => {
        state.steps[name] = step;
        context.save();
        draw();
      }) ?? '',
    );
    draw();
  };
  const changed = <T>(change: (value: T) => void, redraw: () => void) => {
    return (value: T) => {
      change(value);
      context.save();
      redraw();
    };
  };
  drawRun();
  return h(
    'div',
    { class: 'nearest' },
    h(
      'div',
      { class: 'bar-of-controls' },
      h('span', { class: 'of' }, h('span', { class: 'name' }, name), templateText(prompt.template)),
      metrics.length > 1 &&
        choice(
          'Metric',
          metrics.map((value) => ({ value, text: metricNames[value] })),
          metricNow(),
          changed((value) => (state.metric = value), draw),
        ),
      runs.some((run) => run.random) &&
        toggle(
          'all tokens',
          'Also special tokens, parts of characters and unused places of the vocabulary',
          state.allTokens ?? false,
          changed((value) => (state.allTokens = value), draw),
        ),
      runs.length > 1 &&
        dropdown(
          'seed',
          runs.map((one) => String(one.seed)),
          runs.indexOf(runNow()),
          changed((index) => (state.seeds[name] = runs[index]!.seed), drawRun),
        ),
      note,
    ),
    steps,
    holder,
    disagreement,
    readingBlock(prompt, context) ?? false,
    map,
  );
}

/** The step that is shown: the chosen one where the run has it, else the one that it keeps. */
function stepOf({ path, bestStep }: RunReport, chosen: number | undefined): number {
  return path?.snapshots.some(({ step }) => step === chosen) ? chosen! : bestStep;
}

function slider(
  run: RunReport,
  chosen: number | undefined,
  onChange: (step: number) => void,
): HTMLElement | undefined {
  const steps = run.path?.snapshots.map(({ step }) => step) ?? [];
  const now = stepOf(run, chosen);
  if (steps.length < 2 || !steps.includes(now)) return undefined;
  return stepSlider({ steps, last: run.steps, kept: run.bestStep, chosen: now, onChange });
}

/** For how many vectors the metrics name different nearest tokens: a reason for doubt. */
function disagreementText(
  virtualTokens: readonly VirtualTokenReport[],
  metric: Metric,
  all: boolean,
): string {
  const differing = virtualTokens.filter((token) => disagreements(token, metric, all).length > 0);
  if (differing.length === 0) return '';
  const which = listed(differing.map((token) => String(token.index + 1)));
  return `The metrics name different nearest tokens for ${differing.length === 1 ? 'virtual token' : 'virtual tokens'} ${which}.`;
}

function metricsOf(token: VirtualTokenReport, own: Metric): Metric[] {
  const others = Object.keys(token.nearestBy ?? {}) as Metric[];
  return [own, ...others.filter((metric) => metric !== own)];
}
