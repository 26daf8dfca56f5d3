/** What a report tells about the vectors of a run. */
import type { VirtualToken } from '../encoding/virtualTokens.ts';
import { neighborhoods } from '../evaluation/neighborhoods.ts';
import type { RunVectors } from '../evaluation/report.ts';
import { vectorMap } from '../evaluation/vectors/map.ts';
import { pathNeighborhoods } from '../evaluation/vectors/path.ts';
import type { Prompt } from '../language/ast.ts';
import type { Metric, VectorMap } from '../protocol/report.ts';
import type { VectorPath } from '../runs/vectorPath.ts';
import type { OpenPromptFile } from './promptFile.ts';

/** Nearest tokens that a report shows for each vector. */
const count = 5;

/** Neighborhoods on the way of one run that a report holds: it may be of many runs. */
const mostPoints = 200;

/**
 * The neighborhoods of a prompt's vectors, at the end and on their way.
 *
 * @param vectors  float32 [P, D]
 * @param path      where they were; left out where it is of other vectors
 * @param bestStep  the step of `vectors`, which stays when the path is thinned
 */
export async function describeVectors(
  open: OpenPromptFile,
  prompt: Prompt,
  vectors: Float32Array,
  path?: VectorPath,
  bestStep?: number,
): Promise<RunVectors> {
  const { virtual, isDeep } = open.encodingOf(prompt, 0);
  // Keys and values are not in the space of embeddings: nothing is near them.
  if (isDeep) return { virtualTokens: [] };
  const { model } = open;
  const fits = path?.width === model.width && path.startIds.length === virtual.tokens.length;
  const known = fits ? thinned(path, bestStep) : undefined;
  const tokens = startedTokens(virtual.tokens, known);
  const start = startOf(known);
  const { placement } = virtual;
  const near = await neighborhoods(model, { vectors, placement, count, tokens, start });
  const { virtualTokens } = near;
  const snapshots = known?.snapshots ?? [];
  const maps: Partial<Record<Metric, VectorMap>> = {};
  for (const metric of ['cosine', 'dot', 'l2'] as const) {
    maps[metric] = await vectorMap(model, metric, { vectors, virtualTokens, snapshots });
  }
  return {
    ...near,
    ...(known && {
      path: await pathNeighborhoods(model, { path: known, placement, count, tokens }),
    }),
    maps,
  };
}

/** The start, the best step, the last one, and as many between at equal distances as there is room for. */
function thinned(path: VectorPath, bestStep: number | undefined): VectorPath {
  const room = Math.max(1, Math.floor(mostPoints / path.startIds.length) - 3);
  const stride = Math.ceil(path.steps.length / room);
  const stays = (step: number, i: number) =>
    i % stride === 0 || i === path.steps.length - 1 || step === bestStep;
  return {
    ...path,
    steps: path.steps.filter(stays),
    snapshots: path.snapshots.filter((_, i) => stays(path.steps[i]!, i)),
  };
}

/** The virtual tokens with what they started from, as far as the template or the path says it. */
export function startedTokens(
  tokens: readonly VirtualToken[],
  path: VectorPath | undefined,
): readonly VirtualToken[] {
  return tokens.map((token, i) => {
    const startId = path?.startIds[i] ?? token.startId;
    return { ...token, ...(startId !== undefined && { startId }) };
  });
}

/** The vectors before the first step, where they were written down. */
export function startOf(path: VectorPath | undefined): Float32Array | undefined {
  return path?.steps[0] === 0 ? path.snapshots[0] : undefined;
}
