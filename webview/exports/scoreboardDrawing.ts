/** The scoreboard as a chart of its own: intervals on one scale, numbers beside them. */
import {
  counted,
  percent,
  percentRange,
  points,
  pointsRange,
  pValueText,
} from '../../src/protocol/format.ts';
import type { Report } from '../../src/protocol/report.ts';
import type { Difference, PromptSummary } from '../../src/protocol/summary.ts';
import { byAccuracy } from '../order.ts';
import type { Stale } from '../stale.ts';
import { answersRight } from '../wording.ts';
import { pageColor, plainColor } from './colors.ts';
import type { Drawing, Shape } from './drawing.ts';
import { circlePath } from './drawing.ts';
import { withStaleText } from './staleDrawing.ts';

const width = 880;
const rowHeight = 44;
const head = 58;
/** Where the scale from 0 to 100 % lies. */
const scale = { left: 190, right: 560 };

const x = (share: number) => scale.left + share * (scale.right - scale.left);

/** All prompts, best first, with their 95 % intervals, seeds and differences to the baseline. */
export function scoreboardDrawing(report: Report, stale: Stale): Drawing {
  const style = getComputedStyle(document.body);
  const named = (name: string, other: string) =>
    plainColor(style.getPropertyValue(name).trim() || other);
  const pen: Pen = {
    font: style.fontFamily,
    color: plainColor(style.color),
    background: pageColor(),
    muted: named('--vscode-descriptionForeground', style.color),
    accent: named('--vscode-charts-blue', style.color),
  };
  const rows = byAccuracy(report.prompts).map(({ summary }) => summary);
  const height = head + rows.length * rowHeight + 18;
  const baseline = report.prompts.find((prompt) => prompt.baseline)?.summary;
  const title = `${report.file}: ${answersRight(report)}, ${report.split} split, ${counted(report.examples, 'example')}, 95 % intervals`;
  return withStaleText(stale, pen, {
    width,
    height,
    background: pen.background,
    shapes: [
      text(pen, title, 16, 24, { weight: '600', size: 14 }),
      ...[0, 0.25, 0.5, 0.75, 1].flatMap((tick) => [
        line(`M${x(tick)} ${head - 4}V${height - 14}`, pen.muted, { strokeWidth: 0.5 }),
        text(pen, percent(tick), x(tick), head - 10, { anchor: 'middle', fill: pen.muted }),
      ]),
      ...(baseline
        ? [
            line(`M${x(baseline.accuracy)} ${head}V${height - 14}`, pen.muted, {
              strokeWidth: 1.5,
              dashes: [5, 4],
            }),
          ]
        : []),
      ...rows.flatMap((summary, i) => row(pen, summary, head + (i + 0.5) * rowHeight, baseline)),
    ],
  });
}

interface Pen {
  readonly font: string;
  readonly color: string;
  readonly background: string;
  readonly muted: string;
  readonly accent: string;
}

function row(
  pen: Pen,
  summary: PromptSummary,
  y: number,
  baseline: PromptSummary | undefined,
): Shape[] {
  const { accuracy, interval, seeds = [], difference } = summary;
  const tone = summary.kind === 'continuous' ? pen.accent : pen.muted;
  const [low, high] = interval.map(x) as [number, number];
  const [beside, below] = difference
    ? differenceTexts(difference)
    : [summary === baseline ? 'baseline' : '', ''];
  return [
    text(pen, shortened(summary.name), 16, y + 5, { weight: '600', size: 13 }),
    line(`M${low} ${y}H${high}M${low} ${y - 5}v10M${high} ${y - 5}v10`, tone, { strokeWidth: 2 }),
    ...(seeds.length > 1 ? seeds : []).map((seed) => ({
      d: circlePath(x(seed.accuracy), y + 13, 3),
      stroke: tone,
      strokeWidth: 1.5,
      fill: pen.background,
    })),
    { d: circlePath(x(accuracy), y, 6), fill: tone },
    text(pen, percent(accuracy), 584, y + 5, { weight: '600', size: 15 }),
    text(pen, percentRange(interval), 634, y + 5, { fill: pen.muted }),
    text(pen, beside, 708, below === '' ? y + 5 : y - 3, {}),
    ...(below === '' ? [] : [text(pen, below, 708, y + 12, { size: 11, fill: pen.muted })]),
  ];
}

/** What is not shown has a sign of its own, and the words. */
function differenceTexts(difference: Difference): [beside: string, below: string] {
  const { accuracy, interval, pValue, significant } = difference;
  const sign = significant ? (accuracy > 0 ? '↑' : '↓') : '?';
  const shown = significant ? 'significant' : 'not shown';
  return [
    `${sign} ${points(accuracy)} points, ${pointsRange(interval)}`,
    `${shown}, ${pValueText(pValue)}`,
  ];
}

/** A name that does not reach into the scale. */
function shortened(name: string): string {
  return name.length <= 20 ? name : `${name.slice(0, 19)}…`;
}

function line(d: string, stroke: string, rest: { strokeWidth: number; dashes?: number[] }): Shape {
  return { d, stroke, ...rest };
}

function text(
  { font, color }: Pen,
  content: string,
  at: number,
  y: number,
  rest: Partial<Extract<Shape, { text: string }>>,
): Shape {
  return { text: content, x: at, y, size: 12, font, fill: color, ...rest };
}
