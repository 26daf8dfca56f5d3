/** What learned virtual tokens are near, as the Markdown of a hover. */
import { twoPlaces } from '../../base/format.ts';
import type { Prompt, VirtualPart } from '../../language/ast.ts';
import { disagreements, metricWords, nearestBy, remarks } from '../../protocol/nearness.ts';
import type {
  Metric,
  NearToken,
  RandomNeighbors,
  VirtualTokenReport,
} from '../../protocol/report.ts';
import type { PromptScore } from './fileScores.ts';
import { markdownCode } from './markdown.ts';

const shown = 3;

/** A table with one row for each vector that stands at `part`, or undefined without any. */
export function virtualTokenCard(
  score: PromptScore,
  prompt: Prompt,
  part: VirtualPart,
): string | undefined {
  const { runs, middleSeed } = score.prompt;
  const run = runs.find(({ seed }) => seed === middleSeed) ?? runs[0];
  const place = placeOf(prompt, part);
  const tokens = run?.virtualTokens.filter(({ group }) => group === place) ?? [];
  if (run === undefined || tokens.length === 0) return undefined;
  const { metric } = score.report;
  const heading = `Nearest tokens of seed ${run.seed}, by ${metricWords[metric]}`;
  const stale = score.stale === undefined ? '' : `\n\n⟳ **Stale: ${score.stale}.**`;
  const rows = tokens.map((token) => `| ${token.index + 1} | ${nearestCells(token, metric)} |`);
  const random = run.random ? [`| random | ${cellsOf(nearestBy(run.random, metric))} | |`] : [];
  // A column without a heading would be read aloud as values without a meaning.
  const head = [
    '| vector | nearest | second | third | remark |',
    `|--:|${':--|'.repeat(shown + 1)}`,
  ];
  const table = [...head, ...rows, ...random].join('\n');
  return [`${heading}${stale}`, table, limitText(run.random, metric)]
    .filter((part) => part !== undefined)
    .join('\n\n');
}

/** Which of the prompt's places with virtual tokens the vectors of `part` stand in first. */
function placeOf(prompt: Prompt, part: VirtualPart): number {
  const places = prompt.parts.filter((one) => one.kind === 'virtual');
  return places.findIndex((one) =>
    part.name === undefined ? one.span.start === part.span.start : one.name === part.name,
  );
}

function nearestCells(token: VirtualTokenReport, metric: Metric): string {
  const others = disagreements(token, metric).map(
    ([other, near]) => `${metricWords[other]}: ${markdownCode(near.token)}`,
  );
  return `${cellsOf(nearestBy(token, metric))} | ${[...remarks(token, metric), ...others].join(', ')}`;
}

function cellsOf(tokens: readonly NearToken[]): string {
  const cells = Array.from({ length: shown }, (_, i) => {
    const near = tokens[i];
    return near === undefined ? '' : `${markdownCode(near.token)} ${twoPlaces(near.similarity)}`;
  });
  return cells.join(' | ');
}

/** What similarities mean, beside random vectors. */
function limitText(random: RandomNeighbors | undefined, metric: Metric): string | undefined {
  const limit = random?.limits[metric];
  if (!random || limit === undefined) return undefined;
  return `Of ${random.draws} random vectors of the same length, 19 in 20 have no token nearer than ${twoPlaces(limit)}.`;
}
