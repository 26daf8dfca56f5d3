/** A chart of stale scores says so, wherever it is taken. */
import type { Stale } from '../stale.ts';
import { staleText } from '../stale.ts';
import type { Drawing, Shape } from './drawing.ts';
import { movedBy } from './drawing.ts';

const [lineHeight, padding, size] = [17, 12, 12];

/** What the text is written with. */
export interface Ink {
  readonly font: string;
  readonly color: string;
}

/** The drawing, under lines that say which scores are stale where some are. */
export function withStaleText(stale: Stale, { font, color }: Ink, drawing: Drawing): Drawing {
  const text = staleText(stale);
  if (text === undefined) return drawing;
  const lines = wrapped(text, font, drawing.width - 2 * padding);
  const down = lines.length * lineHeight + padding;
  return {
    ...drawing,
    height: drawing.height + down,
    shapes: [
      ...lines.map((line, i): Shape => ({
        text: line,
        x: padding,
        y: padding + lineHeight * i + size,
        ...{ size, font, fill: color, weight: '600' },
      })),
      ...drawing.shapes.map((shape) => movedBy(shape, 0, down)),
    ],
  };
}

/** The words in as many lines as they need. */
function wrapped(text: string, font: string, width: number): string[] {
  const measure = document.createElement('canvas').getContext('2d')!;
  measure.font = `600 ${size}px ${font}`;
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)!} ${word}`.trimStart();
    const fits = lines.at(-1) === '' || measure.measureText(longer).width <= width;
    if (fits) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
