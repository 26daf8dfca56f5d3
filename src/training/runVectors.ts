/** What a report tells about the vectors of a run. */
import type { VirtualToken } from '../encoding/virtualTokens.ts';
import { neighborhoods } from '../evaluation/neighborhoods.ts';
import type { RunVectors } from '../evaluation/report.ts';
import { pathNeighborhoods } from '../evaluation/vectors/path.ts';
import type { Prompt } from '../language/ast.ts';
import type { VectorPath } from '../runs/vectorPath.ts';
import type { OpenPromptFile } from './promptFile.ts';

/** Nearest tokens that a report shows for each vector. */
const count = 5;

/**
 * The neighborhoods of a prompt's vectors, at the end and on their way.
 *
 * @param vectors  float32 [P, D]
 * @param path     where they were; left out where it is of other vectors
 */
export async function describeVectors(
  open: OpenPromptFile,
  prompt: Prompt,
  vectors: Float32Array,
  path?: VectorPath,
): Promise<RunVectors> {
  const { virtual, isDeep } = open.encodingOf(prompt, 0);
  // Keys and values are not in the space of embeddings: nothing is near them.
  if (isDeep) return { virtualTokens: [] };
  const { model } = open;
  const fits = path?.width === model.width && path.startIds.length === virtual.tokens.length;
  const known = fits ? path : undefined;
  const tokens = startedTokens(virtual.tokens, known);
  const start = startOf(known);
  const { placement } = virtual;
  return {
    ...(await neighborhoods(model, { vectors, placement, count, tokens, start })),
    ...(known && {
      path: await pathNeighborhoods(model, { path: known, placement, count, tokens }),
    }),
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
