/** What a chart of the page looks like, with its title and legend, as a drawing. */
import type { Stale } from '../stale.ts';
import type { Drawing, Shape } from './drawing.ts';
import { pageColor, plainColor } from './colors.ts';
import { circlePath, movedBy } from './drawing.ts';
import { withStaleText } from './staleDrawing.ts';

const padding = 12;
const lineHeight = 20;

/** A chart that can be exported: a figure with a title and an SVG. */
export interface Chart {
  readonly title: string;
  readonly draw: (stale: Stale) => Promise<Drawing>;
}

/** The charts of the page, folded ones too, each with the prompt that it is about where it says so. */
export function chartsOf(page: HTMLElement): Chart[] {
  return [...page.querySelectorAll<HTMLElement>('figure.chart')].map((figure) => {
    const own = figure.querySelector('figcaption .title')?.textContent ?? 'Chart';
    const prompt = figure.closest('.training')?.querySelector('h3')?.textContent;
    const title = prompt ? `${prompt}: ${own}` : own;
    const draw = (stale: Stale) => unfolded(figure, () => chartDrawing(figure, title, stale));
    return { title, draw };
  });
}

/**
 * What `draw` makes while nothing around the figure is folded: a chart in a folded part has no size,
 * and so nothing is drawn in it.
 */
async function unfolded<T>(figure: HTMLElement, draw: () => T): Promise<T> {
  const folded: HTMLDetailsElement[] = [];
  for (let one = figure.closest('details'); one; one = one.parentElement!.closest('details')) {
    if (!one.open) folded.push(one);
  }
  for (const one of folded) one.open = true;
  // Sizes are told after the layout of a frame, and the chart is drawn with them.
  if (folded.length > 0) await nextFrame().then(nextFrame);
  try {
    return draw();
  } finally {
    for (const one of folded) one.open = false;
  }
}

function nextFrame(): Promise<unknown> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

function chartDrawing(figure: HTMLElement, title: string, stale: Stale): Drawing {
  const plot = figure.querySelector<SVGSVGElement>('.plot svg, :scope > svg')!;
  const { width, height } = plot.viewBox.baseVal;
  const { color: own, fontFamily: font } = getComputedStyle(figure);
  const color = plainColor(own);
  const unit = figure.querySelector('figcaption .note')?.textContent ?? '';
  const heading: Shape[] = [
    { text: title, x: padding, y: 22, size: 14, weight: '600', font, fill: color },
    { text: unit, x: width - padding, y: 22, size: 12, font, fill: color, anchor: 'end' },
  ];
  const entries = legendShapes(figure, width, color, font);
  const top = 32 + entries.rows * lineHeight + 4;
  return withStaleText(
    stale,
    { font, color },
    {
      width,
      height: top + height + padding,
      background: pageColor(),
      shapes: [
        ...heading,
        ...entries.shapes,
        ...shapesOf(plot).map((shape) => movedBy(shape, 0, top)),
      ],
    },
  );
}

/** The legend's entries one after another, in as many rows as they need. */
function legendShapes(
  figure: HTMLElement,
  width: number,
  fill: string,
  font: string,
): { readonly shapes: Shape[]; readonly rows: number } {
  const shapes: Shape[] = [];
  const measure = document.createElement('canvas').getContext('2d')!;
  measure.font = `12px ${font}`;
  let [x, row] = [padding, 0];
  for (const entry of figure.querySelectorAll('.legend li')) {
    const text = entry.textContent;
    const room = 30 + measure.measureText(text).width + 16;
    if (x > padding && x + room > width) [x, row] = [padding, row + 1];
    const y = 32 + row * lineHeight;
    const sign = entry.querySelector('svg');
    if (sign) shapes.push(...shapesOf(sign).map((shape) => movedBy(shape, x, y + 6)));
    shapes.push({ text, x: x + 28, y: y + 14, size: 12, font, fill });
    x += room;
  }
  return { shapes, rows: shapes.length === 0 ? 0 : row + 1 };
}

/** The shapes inside an SVG, as the page's styles make them look. */
function shapesOf(root: SVGSVGElement): Shape[] {
  return [...root.querySelectorAll<SVGGraphicsElement>('path, circle, rect, line, text')].flatMap(
    (element): Shape[] => {
      const style = getComputedStyle(element);
      if (style.visibility === 'hidden' || style.display === 'none') return [];
      const paintOf = (value: string) =>
        value === 'none' || value === '' ? undefined : plainColor(value);
      const fill = paintOf(style.fill);
      const stroke = paintOf(style.stroke);
      const styled = {
        ...matrixOf(element, root),
        ...(fill !== undefined && { fill }),
        ...(stroke !== undefined && { stroke }),
        strokeWidth: Number.parseFloat(style.strokeWidth),
        dashes: style.strokeDasharray.split(/[\s,]+/).flatMap((dash) => {
          const length = Number.parseFloat(dash);
          return Number.isNaN(length) ? [] : [length];
        }),
        opacity: Number(style.opacity),
      };
      if (element instanceof SVGTextElement) {
        const at = (name: string) => Number(element.getAttribute(name) ?? 0);
        const anchor = style.textAnchor as 'start' | 'middle' | 'end';
        const size = Number.parseFloat(style.fontSize);
        const { fontFamily: font, fontWeight: weight } = style;
        const text = element.textContent;
        return [{ ...styled, text, x: at('x'), y: at('y'), size, font, weight, anchor }];
      }
      const d = pathOf(element);
      return d === '' ? [] : [{ ...styled, d }];
    },
  );
}

/** Where an element's own units lie in those of the drawing. */
function matrixOf(element: SVGGraphicsElement, root: SVGSVGElement): Pick<Shape, 'matrix'> {
  let matrix = new DOMMatrix();
  for (let one: Element | null = element; one && one !== root; one = one.parentElement) {
    const own = (one as SVGGraphicsElement).transform.baseVal.consolidate()?.matrix;
    if (own) matrix = DOMMatrix.fromMatrix(own).multiply(matrix);
  }
  const { a, b, c, d, e, f, isIdentity } = matrix;
  return isIdentity ? {} : { matrix: [a, b, c, d, e, f] };
}

function pathOf(element: SVGGraphicsElement): string {
  const at = (name: string) => Number(element.getAttribute(name) ?? 0);
  switch (element.localName) {
    case 'circle':
      return circlePath(at('cx'), at('cy'), at('r'));
    case 'rect':
      return `M${at('x')} ${at('y')}h${at('width')}v${at('height')}h${-at('width')}Z`;
    case 'line':
      return `M${at('x1')} ${at('y1')}L${at('x2')} ${at('y2')}`;
    default:
      return element.getAttribute('d') ?? '';
  }
}
