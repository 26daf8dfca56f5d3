/**
 * A chart as a list of shapes with their colors resolved, so that it looks the same where there is no
 * theme: the one source of the SVG text and of the pixels. Drawing it on a canvas by hand, where an
 * image of the SVG would do, keeps images out of the page's policy.
 */
import { svg } from '../element.ts';

/** What every shape has; `matrix` is [a, b, c, d, e, f] as in SVG. */
interface Styled {
  readonly matrix?: readonly [number, number, number, number, number, number];
  readonly fill?: string;
  readonly stroke?: string;
  readonly strokeWidth?: number;
  readonly dashes?: readonly number[];
  readonly opacity?: number;
}

export interface PathShape extends Styled {
  /** SVG path data. */
  readonly d: string;
}

export interface TextShape extends Styled {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly font: string;
  readonly weight?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

export type Shape = PathShape | TextShape;

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly background: string;
  /** Back to front. */
  readonly shapes: readonly Shape[];
}

/** A circle as a path. */
export function circlePath(x: number, y: number, r: number): string {
  return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
}

/** A shape moved to the right and down. */
export function movedBy(shape: Shape, x: number, y: number): Shape {
  const [a, b, c, d, e, f] = shape.matrix ?? [1, 0, 0, 1, 0, 0];
  return { ...shape, matrix: [a, b, c, d, e + x, f + y] };
}

/** The text of an SVG file. */
export function svgText({ width, height, background, shapes }: Drawing): string {
  const element = svg(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}` },
    svg('rect', { width, height, fill: background }),
    ...shapes.map((shape) => ('d' in shape ? pathElement(shape) : textElement(shape))),
  );
  return `${new XMLSerializer().serializeToString(element)}\n`;
}

function styles({ matrix, fill, stroke, strokeWidth, dashes, opacity }: Styled) {
  return {
    transform: matrix && `matrix(${matrix.join(' ')})`,
    fill: fill ?? 'none',
    stroke,
    'stroke-width': strokeWidth,
    'stroke-dasharray': dashes && dashes.length > 0 ? dashes.join(' ') : undefined,
    'stroke-linejoin': stroke && 'round',
    opacity: opacity === 1 ? undefined : opacity,
  };
}

function pathElement(shape: PathShape): SVGElement {
  return svg('path', { d: shape.d, ...styles(shape) });
}

function textElement(shape: TextShape): SVGElement {
  const { x, y, size, font, weight, anchor, text } = shape;
  return svg(
    'text',
    {
      ...{ x, y, 'font-size': size, 'font-family': font, 'font-weight': weight },
      'text-anchor': anchor,
      ...styles(shape),
    },
    // XML has no place for control characters.
    text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd'),
  );
}

/** A PNG of the drawing, `scale` pixels to a unit. */
export async function pngOf(drawing: Drawing, scale = 2): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(drawing.width * scale);
  canvas.height = Math.ceil(drawing.height * scale);
  const context = canvas.getContext('2d')!;
  context.scale(scale, scale);
  context.fillStyle = drawing.background;
  context.fillRect(0, 0, drawing.width, drawing.height);
  for (const shape of drawing.shapes) paint(context, shape);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error('The browser made no PNG of the chart.'));
    }, 'image/png');
  });
}

function paint(context: CanvasRenderingContext2D, shape: Shape): void {
  context.save();
  if (shape.matrix) context.transform(...shape.matrix);
  context.globalAlpha = shape.opacity ?? 1;
  context.lineJoin = 'round';
  context.lineWidth = shape.strokeWidth ?? 1;
  context.setLineDash([...(shape.dashes ?? [])]);
  if (shape.fill !== undefined) context.fillStyle = shape.fill;
  if (shape.stroke !== undefined) context.strokeStyle = shape.stroke;
  if ('d' in shape) {
    const path = new Path2D(shape.d);
    if (shape.fill !== undefined) context.fill(path);
    if (shape.stroke !== undefined) context.stroke(path);
  } else {
    context.font = `${shape.weight ?? '400'} ${shape.size}px ${shape.font}`;
    context.textAlign = shape.anchor === 'middle' ? 'center' : (shape.anchor ?? 'start');
    context.fillText(shape.text, shape.x, shape.y);
  }
  context.restore();
}
