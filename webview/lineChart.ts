/**
 * A small line chart in SVG: a few series over steps, marks on chosen points, and a readout that
 * follows the pointer or the arrow keys. It draws itself again when its width changes; its height
 * is fixed, so nothing below it moves.
 */
import { h, svg } from './element.ts';
import { logTicks, niceTicks } from './ticks.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Series {
  /** For the legend and the readout; several series may share one, and then one entry. */
  readonly name: string;
  /** The class that styles line and legend: never color alone, also width, dashes or dots. */
  readonly style: string;
  readonly points: readonly Point[];
  /** A dot at every point. */
  readonly dots?: boolean;
  /** Its name in the readout, which it is part of; values of one name stand together. */
  readonly readAs?: string;
}

export interface Mark extends Point {
  readonly text: string;
}

export interface ChartOptions {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly Series[];
  readonly marks: readonly Mark[];
  /** Name of the marks in the legend. */
  readonly markName: string;
  readonly format: (y: number) => string;
  /** Where the vertical axis ends, when the data do not say. */
  readonly yMax?: number;
  /** Equal distances are equal factors; values that are not positive stand at the bottom. */
  readonly logarithmic?: boolean;
  /** What stands beside the title, to change how the chart is drawn. */
  readonly control?: HTMLElement;
  /** Where the horizontal axis ends, when more data are to come. */
  readonly xMax?: number;
}

const height = 210;
const margin = { top: 10, right: 14, bottom: 24 };
const leastLeft = 44;
/** Of the axes' letters, in pixels: a little more than they take. */
const letterWidth = 6.8;

/** The vertical axis: where values lie between bottom (0) and top (1), and which are written. */
interface VerticalAxis {
  readonly ticks: readonly number[];
  readonly share: (value: number) => number;
}

function verticalAxis(options: ChartOptions): VerticalAxis {
  const all = options.series.flatMap((one) => one.points.map(({ y }) => y));
  const positive = all.filter((y) => y > 0);
  if (options.logarithmic && positive.length > 0) {
    const ticks = logTicks(Math.min(...positive), Math.max(...positive));
    const [bottom, top] = [Math.log(ticks[0]!), Math.log(ticks.at(-1)!)];
    const share = (y: number) => (y > 0 ? (Math.log(y) - bottom) / (top - bottom) : 0);
    return { ticks, share };
  }
  const ticks = niceTicks(options.yMax ?? Math.max(1e-9, ...all), 4);
  const top = options.yMax ?? ticks.at(-1)!;
  return { ticks, share: (y) => y / top };
}

/** A chart whose data change while it is looked at. */
export interface ChangingChart {
  readonly element: HTMLElement;
  readonly update: (options: ChartOptions) => void;
}

/** The chart with its title, legend and readout. */
export function lineChart(options: ChartOptions): HTMLElement {
  return changingChart(options).element;
}

/** The same, for data that change: it is drawn again in its place. */
export function changingChart(first: ChartOptions): ChangingChart {
  let options = first;
  let width = 0;
  // The plot tells its value itself; said twice it would be heard twice.
  const readout = h(
    'output',
    { class: 'readout', 'aria-live': 'off' },
    'Point at the chart, or use the arrow keys.',
  );
  const plot = h('div', { class: 'plot', tabindex: 0 });
  describePlot(plot, options);
  const draw = () => drawPlot(plot, readout, width, options);
  new ResizeObserver(([entry]) => {
    width = Math.floor(entry!.contentRect.width);
    draw();
  }).observe(plot);
  let entries = legend(options);
  const update = (next: ChartOptions) => {
    options = next;
    describePlot(plot, options);
    const changed = legend(options);
    if (changed.textContent !== entries.textContent) {
      entries.replaceWith(changed);
      entries = changed;
    }
    draw();
  };
  const element = h(
    'figure',
    { class: 'chart' },
    h(
      'figcaption',
      {},
      h('span', { class: 'title' }, options.title),
      h('span', { class: 'note' }, options.unit),
      options.control,
    ),
    entries,
    plot,
    readout,
  );
  return { element, update };
}

/**
 * Who does not see the plot reads it as a slider over its steps: screen readers hand the arrow keys of a
 * slider to the page, and say its value.
 */
function describePlot(plot: HTMLElement, options: ChartOptions): void {
  const hasPoints = options.series.some(({ points }) => points.length > 0);
  plot.setAttribute('role', hasPoints ? 'slider' : 'img');
  plot.setAttribute('aria-label', `${options.title}, ${options.unit}`);
  plot.setAttribute('aria-description', spokenSummary(options));
}

/** Where each curve begins and ends; of many that share a name, between which values they end. */
function spokenSummary({ series, format }: ChartOptions): string {
  const drawn = series.filter((one) => one.readAs !== undefined && one.points.length > 0);
  const names = [...new Set(drawn.map(({ name }) => name))];
  return names
    .map((name) => {
      const [first, ...others] = drawn.filter((one) => one.name === name);
      const [from, to] = [first!.points[0]!.y, first!.points.at(-1)!.y];
      if (others.length === 0) return `${name}: ${format(from)} to ${format(to)}`;
      const ends = [first!, ...others].map(({ points }) => points.at(-1)!.y);
      return `${name}: ${rangeText(ends, format)} at the end`;
    })
    .join('; ');
}

/** More values than these are told by the lowest and the highest of them. */
const toldOneByOne = 4;

function valuesText(values: readonly number[], format: (y: number) => string): string {
  if (values.length <= toldOneByOne) return values.map(format).join(' · ');
  return `${rangeText(values, format)} (${values.length})`;
}

function rangeText(values: readonly number[], format: (y: number) => string): string {
  return `${format(Math.min(...values))} to ${format(Math.max(...values))}`;
}

function legend({ series, marks, markName }: ChartOptions): HTMLElement {
  const names = [...new Map(series.map((one) => [one.name, one])).values()];
  return h(
    'ul',
    { class: 'legend' },
    ...names.map((one) =>
      h(
        'li',
        {},
        svg(
          'svg',
          { class: one.style, viewBox: '0 0 22 8', 'aria-hidden': 'true' },
          svg('path', { class: 'line', d: 'M0 4H22' }),
          ...(one.dots ? [svg('circle', { class: 'point', cx: 11, cy: 4, r: 2.2 })] : []),
        ),
        one.name,
      ),
    ),
    marks.length > 0 &&
      h(
        'li',
        {},
        svg(
          'svg',
          { class: 'chosen', viewBox: '0 0 22 12', 'aria-hidden': 'true' },
          svg('path', { class: 'mark', d: diamond(11, 6) }),
        ),
        markName,
      ),
  );
}

function drawPlot(
  plot: HTMLElement,
  readout: HTMLElement,
  width: number,
  options: ChartOptions,
): void {
  const { ticks: yTicks, share } = verticalAxis(options);
  const letters = Math.max(...yTicks.map((tick) => options.format(tick).length));
  const left = Math.max(leastLeft, Math.ceil(letters * letterWidth) + 12);
  if (width < left + margin.right + 20) return;
  const steps = options.series.flatMap((one) => one.points.map((point) => point.x));
  const xMax = options.xMax ?? Math.max(1, ...steps);
  const x = (value: number) => left + (value / xMax) * (width - left - margin.right);
  const y = (value: number) =>
    height - margin.bottom - share(value) * (height - margin.top - margin.bottom);
  const guide = svg('path', { class: 'guide', d: '' });
  plot.replaceChildren(
    svg(
      'svg',
      { viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': 'true' },
      ...yTicks.map((tick) => axisLine(options.format(tick), y(tick), left, width)),
      ...niceTicks(xMax, width < 380 ? 4 : 6).map((tick) =>
        svg('text', { class: 'tick x', x: x(tick), y: height - 8 }, tick),
      ),
      ...options.series.map((one) => seriesView(one, x, y)),
      guide,
      ...options.marks.map((mark) =>
        svg(
          'g',
          { class: 'chosen' },
          svg('path', { class: 'mark', d: diamond(x(mark.x), y(mark.y)) }),
          svg('title', {}, mark.text),
        ),
      ),
    ),
  );
  follow(plot, options, x, (step) => {
    guide.setAttribute('d', `M${x(step)} ${margin.top}V${height - margin.bottom}`);
    readout.textContent = readoutText(step, options);
  });
}

function axisLine(text: string, at: number, left: number, width: number): SVGElement {
  return svg(
    'g',
    {},
    svg('path', { class: 'grid', d: `M${left} ${at}H${width - margin.right}` }),
    svg('text', { class: 'tick y', x: left - 8, y: at + 4 }, text),
  );
}

function seriesView(
  { style, points, dots }: Series,
  x: (value: number) => number,
  y: (value: number) => number,
): SVGElement {
  const at = points.map((point) => ({ x: x(point.x).toFixed(1), y: y(point.y).toFixed(1) }));
  return svg(
    'g',
    { class: style },
    svg('path', { class: 'line', d: at.map((p, i) => `${i ? 'L' : 'M'}${p.x} ${p.y}`).join('') }),
    // One element for all: a page of twenty runs would have hundreds.
    ...(dots ? [svg('path', { class: 'point', d: at.map((p) => dot(p.x, p.y)).join('') })] : []),
  );
}

/** A circle of radius 2.2 as part of a path. */
function dot(x: string, y: string): string {
  return `M${x} ${y}m-2.2 0a2.2 2.2 0 1 0 4.4 0a2.2 2.2 0 1 0-4.4 0Z`;
}

/** Calls `show` with the step under the pointer, or moved to by the keys of a slider. */
function follow(
  plot: HTMLElement,
  options: ChartOptions,
  x: (value: number) => number,
  show: (step: number) => void,
): void {
  const steps = [...new Set(options.series.flatMap((one) => one.points.map((p) => p.x)))].sort(
    (a, b) => a - b,
  );
  if (steps.length === 0) return;
  const page = Math.max(1, Math.round(steps.length / 40));
  let place = Math.min(Number(plot.dataset['place'] ?? steps.length - 1), steps.length - 1);
  const tell = () => {
    plot.setAttribute('aria-valuenow', String(steps[place]));
    plot.setAttribute('aria-valuetext', readoutText(steps[place]!, options));
  };
  const go = (to: number) => {
    place = Math.max(0, Math.min(steps.length - 1, to));
    plot.dataset['place'] = String(place);
    tell();
    show(steps[place]!);
  };
  plot.setAttribute('aria-valuemin', String(steps[0]));
  plot.setAttribute('aria-valuemax', String(steps.at(-1)));
  tell();
  plot.onpointermove = (event) => {
    const at = event.clientX - plot.getBoundingClientRect().left;
    const nearest = steps.reduce((a, b) => (Math.abs(x(b) - at) < Math.abs(x(a) - at) ? b : a));
    go(steps.indexOf(nearest));
  };
  plot.onkeydown = (event) => {
    const moves: Record<string, number> = {
      ArrowLeft: place - page,
      ArrowDown: place - page,
      ArrowRight: place + page,
      ArrowUp: place + page,
      PageDown: place - 5 * page,
      PageUp: place + 5 * page,
      Home: 0,
      End: steps.length - 1,
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  };
}

/** "step 240: training 0.35, validation 0.52 · 0.49": each series' last value up to the step. */
function readoutText(step: number, { series, format }: ChartOptions): string {
  const values = new Map<string, number[]>();
  for (const { readAs, points } of series) {
    const point = points.findLast((one) => one.x <= step);
    if (readAs === undefined || !point) continue;
    values.set(readAs, [...(values.get(readAs) ?? []), point.y]);
  }
  const parts = Array.from(values, ([name, all]) => `${name} ${valuesText(all, format)}`);
  return `step ${step}: ${parts.join(', ')}`;
}

function diamond(x: number, y: number): string {
  return `M${x} ${y - 5.5}L${x + 5.5} ${y}L${x} ${y + 5.5}L${x - 5.5} ${y}Z`;
}
