/** The map of a run's vectors among the tokens that they are near. */
import { listed, percent } from '../../src/protocol/format.ts';
import type { Metric, Place, RunReport, VectorMap } from '../../src/protocol/report.ts';
import { h, svg } from '../element.ts';
import { placeLabels, type Labelled } from '../labels.ts';
import { decimal } from '../wording.ts';
import { visible } from './tokenTable.ts';

const height = 400;
const margin = 26;
/** Radius of a vector's circle, of a token's dot. */
const [vectorRadius, tokenRadius] = [9, 2.5];

export interface ShownMap {
  readonly name: string;
  readonly run: RunReport;
  readonly metric: Metric;
  readonly step: number;
}

/** The map with legend, method and a table of the same; nothing where there is none. */
export function vectorMap({ name, run, metric, step }: ShownMap): HTMLElement | undefined {
  const map = run.maps?.[metric];
  if (!map) return undefined;
  const at = run.path?.snapshots.findIndex((one) => one.step === step) ?? -1;
  const vectors = map.vectors.map((place, i) => map.paths[i]?.[at] ?? place);
  const plot = h('div', {
    class: 'plot',
    role: 'img',
    'aria-label': `Map of the vectors of ${name}, seed ${run.seed}, and their nearest tokens; the table below it says the same`,
  });
  const draw = (width: number) => plot.replaceChildren(drawing(map, vectors, width));
  new ResizeObserver(([entry]) => draw(Math.floor(entry!.contentRect.width))).observe(plot);
  return h(
    'figure',
    { class: 'chart map' },
    h(
      'figcaption',
      {},
      h('span', { class: 'title' }, 'Map'),
      h('span', { class: 'note' }, methodText(map, metric)),
    ),
    legend(map, run, step),
    plot,
    placesTable(map, vectors, name),
  );
}

function methodText({ explained: [first, second] }: VectorMap, metric: Metric): string {
  const points =
    metric === 'cosine' ? 'of the directions of vectors and tokens' : 'of vectors and tokens';
  return `principal components ${points}: ${percent(first)} of the variance from left to right, ${percent(second)} from bottom to top`;
}

function legend(map: VectorMap, run: RunReport, step: number): HTMLElement {
  const entry = (drawn: SVGElement, text: string) =>
    h('li', {}, svg('svg', { viewBox: '0 0 22 18', 'aria-hidden': 'true' }, drawn), text);
  const hasPath = map.paths.some((path) => path.length > 1);
  const when = run.path ? (step === 0 ? ' at the start' : ` at step ${step}`) : '';
  return h(
    'ul',
    { class: 'legend' },
    entry(svg('circle', { class: 'vector', cx: 11, cy: 9, r: 7 }), `virtual token${when}`),
    hasPath && entry(svg('circle', { class: 'start', cx: 11, cy: 9, r: 3.5 }), 'its start'),
    hasPath && entry(svg('path', { class: 'way', d: 'M0 9H22' }), 'its way through training'),
    entry(svg('circle', { class: 'dot', cx: 11, cy: 9, r: tokenRadius }), 'token near it'),
  );
}

function drawing(map: VectorMap, vectors: readonly Place[], width: number): SVGElement {
  const { x, y } = scales(map, width);
  const spots: Labelled[] = [];
  const texts: { text: string; title: string }[] = [];
  vectors.forEach((place, i) => {
    // The number stands in the circle, so it takes no room beside it.
    spots.push({ x: x(place), y: y(place), radius: vectorRadius, width: 0, height: 0 });
    texts.push({ text: '', title: `virtual token ${i + 1}` });
  });
  for (const { token, place } of map.tokens) {
    const text = visible(token);
    const size = { width: textWidth(text), height: 14 };
    spots.push({ x: x(place), y: y(place), radius: tokenRadius, ...size });
    texts.push({ text, title: text });
  }
  const area = { x: 2, y: 2, width: width - 4, height: height - 4 };
  const boxes = placeLabels(spots, area);
  return svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': 'true' },
    ...map.paths.map((path) => wayOf(path, x, y)),
    ...map.tokens.map(({ place }, i) =>
      svg(
        'circle',
        { class: 'dot', cx: x(place), cy: y(place), r: tokenRadius },
        svg('title', {}, texts[vectors.length + i]!.title),
      ),
    ),
    ...boxes.map((box, i) => {
      const { text } = texts[i]!;
      if (!box || text === '') return svg('g');
      return svg('text', { class: 'label', x: box.x, y: box.y + 11 }, text);
    }),
    ...vectors.map((place, i) =>
      svg(
        'g',
        { class: 'vector' },
        svg('circle', { cx: x(place), cy: y(place), r: vectorRadius }),
        svg('text', { x: x(place), y: y(place) + 4 }, i + 1),
        svg('title', {}, texts[i]!.title),
      ),
    ),
  );
}

type Scale = (place: Place) => number;

/** One unit is as long from left to right as from bottom to top, so that distances are seen. */
function scales({ vectors, tokens, paths }: VectorMap, width: number): { x: Scale; y: Scale } {
  const places = [...vectors, ...tokens.map(({ place }) => place), ...paths.flat()];
  const range = (axis: 0 | 1) => {
    const values = places.map((place) => place[axis]);
    return [Math.min(...values), Math.max(...values)] as const;
  };
  const [[left, right], [bottom, top]] = [range(0), range(1)];
  const fit = (size: number, low: number, high: number) =>
    high > low ? (size - 2 * margin) / (high - low) : Infinity;
  const unit = Math.min(fit(width, left, right), fit(height, bottom, top));
  const scale = Number.isFinite(unit) ? unit : 1;
  return {
    x: ([x]) => rounded(width / 2 + (x - (left + right) / 2) * scale),
    y: ([, y]) => rounded(height / 2 - (y - (bottom + top) / 2) * scale),
  };
}

const rounded = (value: number) => Math.round(value * 10) / 10;

function wayOf(path: readonly Place[], x: Scale, y: Scale): SVGElement {
  const [start] = path;
  if (!start || path.length < 2) return svg('g');
  const d = path.map((place, i) => `${i === 0 ? 'M' : 'L'}${x(place)} ${y(place)}`).join('');
  return svg(
    'g',
    {},
    svg('path', { class: 'way', d }),
    svg('circle', { class: 'start', cx: x(start), cy: y(start), r: 3.5 }),
  );
}

const canvas = document.createElement('canvas').getContext('2d');

/** Of a label, in pixels. */
function textWidth(text: string): number {
  if (!canvas) return 7 * text.length;
  const { fontSize } = getComputedStyle(document.body);
  canvas.font = `${0.85 * parseFloat(fontSize)}px monospace`;
  return canvas.measureText(text).width + 2;
}

/** The places as numbers, for who cannot see them. */
function placesTable(map: VectorMap, vectors: readonly Place[], name: string): HTMLElement {
  const cells = ([x, y]: Place) => [x, y].map((value) => h('td', {}, decimal(value)));
  const near = (of: readonly number[]) =>
    `near ${of.length === 1 ? 'virtual token' : 'virtual tokens'} ${listed(of.map((i) => String(i + 1)))}`;
  return h(
    'details',
    { class: 'places' },
    h('summary', {}, 'The map as a table'),
    h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        { class: 'numbers', 'aria-label': `Places on the map of ${name}` },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ...['', 'left to right', 'bottom to top', ''].map((text) =>
              h('th', { scope: 'col' }, text),
            ),
          ),
        ),
        h(
          'tbody',
          {},
          ...vectors.map((place, i) =>
            h(
              'tr',
              {},
              h('th', { scope: 'row' }, `virtual token ${i + 1}`),
              ...cells(place),
              h('td', {}),
            ),
          ),
          ...map.tokens.map(({ token, place, of }) =>
            h(
              'tr',
              {},
              h('th', { scope: 'row' }, h('bdi', { class: 'token' }, visible(token))),
              ...cells(place),
              h('td', {}, near(of)),
            ),
          ),
        ),
      ),
    ),
  );
}
