/** The training that goes on now: its curves grow in their place, and nothing else moves. */
import { duration, percent } from '../../src/protocol/format.ts';
import type { LiveRun, LiveTraining } from '../../src/protocol/liveTraining.ts';
import { h } from '../element.ts';
import type { ChangingChart, ChartOptions, Series } from '../lineChart.ts';
import { changingChart } from '../lineChart.ts';
import { learningRateText } from '../trainingSettings.ts';
import { lossText } from './training.ts';

/** A part of the page that follows a training. */
export class LiveView {
  readonly #title = h('h2', {}, 'Training now');
  readonly #run = h('span', { class: 'note', role: 'status' });
  readonly #step = h('p', { class: 'live-step' });
  readonly #charts = h('div', { class: 'charts' });
  readonly element = h(
    'section',
    { class: 'section live', id: 'live', 'aria-label': 'Training now' },
    h('div', { class: 'live-head' }, this.#title, this.#run),
    this.#step,
    this.#charts,
  );
  #drawn: readonly ChangingChart[] = [];

  /** Shows how far the training is. */
  update(live: LiveTraining): void {
    const current = live.runs.at(-1);
    setText(this.#title, 'Training now');
    setText(this.#run, runText(live, current));
    setText(this.#step, current === undefined ? '' : stepText(current));
    if (current === undefined) return;
    const runs = live.runs.filter(({ prompt }) => prompt === current.prompt);
    const options = chartsFor(runs);
    if (this.#drawn.length === 0) {
      this.#drawn = options.map(changingChart);
      this.#charts.replaceChildren(...this.#drawn.map(({ element }) => element));
    } else this.#drawn.forEach((chart, i) => chart.update(options[i]!));
  }

  /** The training has ended; what was seen last stays until there is a report. */
  end(): void {
    setText(this.#title, 'Training has ended');
  }
}

/** Only where it changes, so that a screen reader says only what is new. */
function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function runText({ planned, runs, scoring }: LiveTraining, current: LiveRun | undefined): string {
  if (scoring !== undefined) return `scoring ${scoring}`;
  if (current === undefined) return 'loading the model';
  const count = planned > 1 ? `, ${runs.length} of ${planned}` : '';
  return `${current.prompt}, seed ${current.seed}${count}`;
}

/** "step 120 of 400 · loss 0.35 · 9.0 s left", and how it ended where it has. */
function stepText({ step, steps, status, curve, secondsLeft }: LiveRun): string {
  const parts = [`step ${step} of ${steps}`];
  const loss = curve.at(-1)?.loss;
  if (loss !== undefined) parts.push(`loss ${loss.toFixed(2)}`);
  if (status !== 'running') parts.push(status);
  else if (secondsLeft !== undefined) parts.push(`${duration(secondsLeft)} left`);
  return parts.join(' · ');
}

/** Loss, validation and learning rate of a prompt's runs: the one in progress thick, others thin. */
function chartsFor(runs: readonly LiveRun[]): ChartOptions[] {
  const current = runs.at(-1)!;
  const lines = (value: (run: LiveRun) => Series['points'], style: string, dots: boolean) =>
    runs.map((run) => ({
      name: run === current ? `seed ${run.seed}` : 'seeds before',
      style: run === current ? style : 'thin',
      points: value(run),
      dots: dots && run === current,
      ...(run === current && { readAs: `seed ${run.seed}` }),
    }));
  const best = current.validation.filter((point) => point.best);
  const common = { xMax: current.steps, markName: 'best step so far' };
  return [
    {
      ...common,
      title: 'Loss',
      unit: 'nats, over steps',
      series: lines(
        ({ curve }) => curve.map(({ step, loss }) => ({ x: step, y: loss })),
        'thick',
        false,
      ),
      marks: [],
      format: lossText,
    },
    {
      ...common,
      title: 'Validation, answers right',
      unit: '%, over steps',
      series: lines(
        ({ validation }) => validation.map(({ step, accuracy }) => ({ x: step, y: accuracy })),
        'validation',
        true,
      ),
      marks: best.map(({ step, accuracy }) => ({ x: step, y: accuracy, text: `step ${step}` })),
      format: percent,
      yMax: 1,
    },
    {
      ...common,
      title: 'Learning rate',
      unit: 'over steps',
      series: lines(
        ({ curve }) => curve.map(({ step, learningRate }) => ({ x: step, y: learningRate ?? 0 })),
        'thick',
        false,
      ),
      marks: [],
      format: learningRateText,
    },
  ];
}
