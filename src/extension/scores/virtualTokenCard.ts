/** What learned virtual tokens are near, as the Markdown of a hover. */
import { twoPlaces } from '../../base/format.ts';
import type { Prompt, VirtualPart } from '../../language/ast.ts';
import type { VirtualTokenReport } from '../../protocol/report.ts';
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
  const heading = `Nearest tokens of seed ${run.seed}, by ${metricNames[score.report.metric]}`;
  const stale = score.stale === undefined ? '' : `\n\n⟳ **Stale: ${score.stale}.**`;
  const rows = tokens.map((token) => `| ${token.index + 1} | ${nearestCells(token)} |`);
  const head = ['| | nearest | second | third | |', `|--:|${':--|'.repeat(shown + 1)}`];
  return `${heading}${stale}\n\n${[...head, ...rows].join('\n')}`;
}

const metricNames = {
  cosine: 'cosine similarity',
  dot: 'dot product',
  l2: 'Euclidean distance',
} as const;

/** Which of the prompt's places with virtual tokens the vectors of `part` stand in first. */
function placeOf(prompt: Prompt, part: VirtualPart): number {
  const places = prompt.parts.filter((one) => one.kind === 'virtual');
  return places.findIndex((one) =>
    part.name === undefined ? one.span.start === part.span.start : one.name === part.name,
  );
}

function nearestCells({ nearest, unmoved }: VirtualTokenReport): string {
  const cells = Array.from({ length: shown }, (_, i) => {
    const near = nearest[i];
    return near === undefined ? '' : `${markdownCode(near.token)} ${twoPlaces(near.similarity)}`;
  });
  return [...cells, unmoved ? 'still its start token' : ''].join(' | ');
}
