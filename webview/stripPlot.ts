/**
 * Scores of several kinds of things on one scale from 0 to 100 %: a row each, every score a small
 * shape, equal ones stacked, over a bar for the middle half and a line for the median.
 */
import { percent } from '../src/protocol/format.ts';
import type { Spread } from '../src/protocol/wordings.ts';
import { h, svg } from './element.ts';

/** Shapes tell kinds apart without color. */
const shapes = {
  dot: 'M-4 0A4 4 0 1 0 4 0A4 4 0 1 0 -4 0Z',
  square: 'M-3.5 -3.5H3.5V3.5H-3.5Z',
  triangle: 'M0 -4.5L4.2 3.4H-4.2Z',
  diamond: 'M0 -5L4.4 0L0 5L-4.4 0Z',
  cross: 'M-1.4 -4.4H1.4V-1.4H4.4V1.4H1.4V4.4H-1.4V1.4H-4.4V-1.4H-1.4Z',
  star: 'M0 -6.2L1.6 -1.9L6 -1.9L2.5 .9L3.7 5.2L0 2.6L-3.7 5.2L-2.5 .9L-6 -1.9L-1.6 -1.9Z',
} as const;

export type Shape = keyof typeof shapes;

export interface StripMark {
  /** 0 … 1 */
  readonly value: number;
  readonly shape: Shape;
  /** What the mark stands for, shown where the pointer rests. */
  readonly text: string;
}

export interface Strip {
  readonly name: string;
  readonly marks: readonly StripMark[];
  readonly spread: Spread;
}

export interface StripPlotOptions {
  /** For screen readers; the numbers follow it. */
  readonly title: string;
  readonly strips: readonly Strip[];
  /** What the shapes mean, those that are used. */
  readonly legend: readonly { readonly shape: Shape; readonly name: string }[];
}

/** Between stacked marks, and the least height of a row, in pixels. */
const [gap, leastHeight] = [9, 34];

/** The plot with its legend and scale. */
export function stripPlot({ title, strips, legend }: StripPlotOptions): HTMLElement {
  return h(
    'figure',
    { class: 'strips' },
    h(
      'ul',
      { class: 'legend' },
      ...legend.map(({ shape, name }) =>
        h(
          'li',
          {},
          svg('svg', { viewBox: '-8 -8 16 16', 'aria-hidden': 'true' }, path(shape)),
          name,
        ),
      ),
      h(
        'li',
        {},
        svg(
          'svg',
          { viewBox: '0 0 16 16', 'aria-hidden': 'true' },
          svg('rect', { class: 'half', x: 0, y: 3, width: 16, height: 10 }),
          svg('path', { class: 'median', d: 'M8 1V15' }),
        ),
        'middle half and median',
      ),
    ),
    h(
      'div',
      { class: 'rows', role: 'img', 'aria-label': `${title}. ${strips.map(spoken).join('; ')}` },
      ...strips.flatMap((strip) => [h('span', { class: 'of' }, strip.name), row(strip)]),
      h('span', {}),
      axis(),
    ),
  );
}

function spoken({ name, spread }: Strip): string {
  const { count, lowest, highest, median } = spread;
  return `${name}: ${count} from ${percent(lowest)} to ${percent(highest)}, median ${percent(median)}`;
}

function row({ marks, spread }: Strip): SVGElement {
  const stacks = new Map<number, StripMark[]>();
  for (const mark of marks) stacks.set(mark.value, [...(stacks.get(mark.value) ?? []), mark]);
  const tallest = Math.max(...[...stacks.values()].map(({ length }) => length));
  const height = Math.max(leastHeight, tallest * gap + 12);
  const at = (share: number) => `${(100 * share).toFixed(2)}%`;
  const { lowerQuartile, upperQuartile, median } = spread;
  return svg(
    'svg',
    { class: 'strip', height, 'aria-hidden': 'true' },
    ...[0, 0.25, 0.5, 0.75, 1].map((x) =>
      svg('line', { class: 'grid', x1: at(x), x2: at(x), y1: 0, y2: height }),
    ),
    svg('rect', {
      class: 'half',
      x: at(lowerQuartile),
      width: at(upperQuartile - lowerQuartile),
      y: 3,
      height: height - 6,
    }),
    svg('line', { class: 'median', x1: at(median), x2: at(median), y1: 1, y2: height - 1 }),
    ...[...stacks].flatMap(([value, stack]) =>
      stack.map((mark, i) =>
        svg(
          'svg',
          { class: 'place', x: at(value), y: height / 2 + (i - (stack.length - 1) / 2) * gap },
          path(mark.shape, mark.text),
        ),
      ),
    ),
  );
}

function path(shape: Shape, text?: string): SVGElement {
  return svg(
    'path',
    { class: `shape ${shape}`, d: shapes[shape] },
    text !== undefined && svg('title', {}, text),
  );
}

function axis(): HTMLElement {
  return h(
    'span',
    { class: 'axis', 'aria-hidden': 'true' },
    ...[0, 25, 50, 75, 100].map((tick) => h('span', { vars: { '--at': `${tick}%` } }, tick)),
  );
}
