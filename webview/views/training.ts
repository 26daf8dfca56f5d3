/** How the runs went: loss, validation score, and what each seed came to. */
import { duration, percent, resumedText } from '../../src/protocol/format.ts';
import type { PromptReport, Report, RunReport } from '../../src/protocol/report.ts';
import { link, toggle } from '../controls.ts';
import { h } from '../element.ts';
import type { ChartOptions, Mark, Series } from '../lineChart.ts';
import { changingChart, lineChart } from '../lineChart.ts';
import type { ViewContext } from '../state.ts';
import { learningRateText } from '../trainingSettings.ts';
import { empty, section } from './section.ts';

export function trainingSection(report: Report, context: ViewContext): HTMLElement | undefined {
  const learned = report.prompts.filter((prompt) => prompt.runs.length > 0);
  if (learned.length === 0) return undefined;
  return section(
    context,
    'training',
    'Training',
    'vectors are kept from the step that is best on validation',
    ...learned.map((prompt) => promptTraining(prompt, learned.length > 1, context)),
  );
}

function promptTraining(prompt: PromptReport, named: boolean, context: ViewContext): HTMLElement {
  const { runs, summary } = prompt;
  const content = runs.some((run) => run.curve.length > 0)
    ? h(
        'div',
        { class: 'charts' },
        lossChart(prompt, context),
        validationChart(prompt),
        learningRateChart(prompt),
      )
    : empty('No curve was kept of these runs.');
  return h(
    'div',
    { class: 'training' },
    named && h('h3', {}, summary.name),
    content,
    ...overfitNotes(runs),
    runsTable(summary.name, runs, context),
  );
}

function lossChart(prompt: PromptReport, { state, save }: ViewContext): HTMLElement {
  const { runs, meanCurve } = prompt;
  const several = runs.length > 1;
  const training: Series[] = runs.map((run) => ({
    name: several ? 'each seed' : 'training',
    style: several ? 'thin' : 'thick',
    points: run.curve.map(({ step, loss }) => ({ x: step, y: loss })),
    ...(!several && { readAs: 'training' }),
  }));
  const mean: Series[] =
    several && meanCurve
      ? [
          {
            name: 'training',
            style: 'thick',
            points: meanCurve.map(({ step, loss }) => ({ x: step, y: loss })),
            readAs: 'training',
          },
        ]
      : [];
  const control = toggle(
    'log',
    'Equal distances are equal factors: what happens at small losses can be seen',
    state.logLoss === true,
    (pressed) => {
      state.logLoss = pressed;
      save();
      chart.update(options());
    },
  );
  const options = (): ChartOptions => ({
    title: 'Loss',
    unit: 'nats, over steps',
    control,
    series: [...training, ...mean, ...validationSeries(runs, (point) => point.loss)],
    marks: chosen(runs, (point) => point.loss),
    markName: 'step kept',
    format: lossText,
    ...(state.logLoss && { logarithmic: true }),
  });
  const chart = changingChart(options());
  return chart.element;
}

/** A loss on an axis: "0.35", "0.002". */
export function lossText(value: number): string {
  return String(Number(value < 0.1 ? value.toPrecision(2) : value.toFixed(2)));
}

/** All seeds go by one schedule; reports of older versions do not have it. */
function learningRateChart({ runs }: PromptReport): HTMLElement | undefined {
  const points = runs[0]!.curve.flatMap(({ step, learningRate }) =>
    learningRate === undefined ? [] : [{ x: step, y: learningRate }],
  );
  if (points.length === 0) return undefined;
  const name = 'learning rate';
  return lineChart({
    title: 'Learning rate',
    unit: 'over steps',
    series: [{ name, style: 'thick', points, readAs: name }],
    marks: [],
    markName: '',
    format: learningRateText,
  });
}

function validationChart({ runs }: PromptReport): HTMLElement {
  return lineChart({
    title: 'Validation, answers right',
    unit: '%, over steps',
    series: validationSeries(runs, (point) => point.accuracy),
    marks: chosen(runs, (point) => point.accuracy),
    markName: 'step kept',
    format: percent,
    yMax: 1,
  });
}

/** Of lines that are told apart by their dashes. */
const lineKinds = 4;

type Validation = RunReport['validation'][number];

function validationSeries(
  runs: readonly RunReport[],
  value: (point: Validation) => number,
): Series[] {
  // More seeds than there are kinds of lines are thin and alike, as their training curves are.
  const told = runs.length <= lineKinds;
  return runs.map((run, i) => ({
    name: !told
      ? 'validation, each seed'
      : runs.length > 1
        ? `validation, seed ${run.seed}`
        : 'validation',
    style: told ? `validation seed-${i}` : 'validation many',
    points: run.validation.map((point) => ({ x: point.step, y: value(point) })),
    dots: told,
    readAs: runs.length > 1 ? 'validation by seed' : 'validation',
  }));
}

function chosen(runs: readonly RunReport[], value: (point: Validation) => number): Mark[] {
  return runs.flatMap((run) => {
    const point = run.validation.find((one) => one.step === run.bestStep);
    if (!point) return [];
    return [{ x: point.step, y: value(point), text: `seed ${run.seed}: step ${run.bestStep}` }];
  });
}

function overfitNotes(runs: readonly RunReport[]): HTMLElement[] {
  return runs
    .filter((run) => run.overfitAfter !== undefined)
    .map((run) =>
      h(
        'p',
        { class: 'remark' },
        `Seed ${run.seed}: validation loss rose after step ${run.overfitAfter!} while training loss fell, so later steps learned the training examples by heart.`,
      ),
    );
}

function runsTable(name: string, runs: readonly RunReport[], context: ViewContext): HTMLElement {
  const headings = ['seed', 'test', 'step kept', 'loss', 'time', 'status', 'run'];
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      { class: 'numbers', 'aria-label': `Runs of ${name}` },
      h('thead', {}, h('tr', {}, ...headings.map((text) => h('th', { scope: 'col' }, text)))),
      h(
        'tbody',
        {},
        ...runs.map((run) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, run.seed),
            h('td', {}, percent(run.accuracy)),
            h('td', {}, `${run.bestStep} of ${run.steps}`),
            h('td', {}, lossRange(run)),
            h('td', {}, duration(run.seconds)),
            h('td', {}, statusText(run)),
            h('td', {}, runName(run.run, context)),
          ),
        ),
      ),
    ),
  );
}

/** How a run ended, and where it had stopped before, in words. */
function statusText(run: RunReport): string {
  const resumed = resumedText(run.resumedAfter ?? []);
  return [endText(run), ...(resumed === undefined ? [] : [resumed])].join(', ');
}

function endText({ status, steps }: RunReport): string {
  switch (status) {
    case 'completed':
      return 'completed';
    case 'cancelled':
      return `cancelled after step ${steps}; the best vectors until then are kept`;
    case 'failed':
      return `failed after step ${steps}; the best vectors until then are kept`;
    case 'running':
      return 'not finished';
  }
}

function runName(run: string, { hasEditor, post }: ViewContext): HTMLElement {
  const name = h('code', {}, run);
  return hasEditor
    ? link(name, 'Open the folder of this run', () => post({ type: 'openRun', run }))
    : name;
}

function lossRange({ curve }: RunReport): string {
  const [first, last] = [curve[0], curve.at(-1)];
  return first && last ? `${first.loss.toFixed(2)} → ${last.loss.toFixed(2)}` : '–';
}
