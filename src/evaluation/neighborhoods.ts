/** The nearest tokens of a prompt's vectors in a model's own vocabulary. */
import type { VirtualPlacement, VirtualToken } from '../encoding/virtualTokens.ts';
import type { Metric, VirtualTokenReport } from '../protocol/report.ts';
import { nearestTokens } from './nearestTokens.ts';
import type { PromptModel } from './promptModel.ts';
import { fragmentIds } from './reading/tokenKinds.ts';

export interface NeighborhoodInputs {
  /** float32 [P, D] */
  readonly vectors: Float32Array;
  readonly placement: readonly VirtualPlacement[];
  /** Neighbors wanted for each vector. */
  readonly count: number;
  /** Names and starts of the vectors, where they are known. */
  readonly tokens?: readonly VirtualToken[];
  /** The metric that leads; cosine unless told. */
  readonly metric?: Metric;
}

/**
 * The neighborhood of each vector under every metric; special tokens and parts of
 * characters are no neighbors.
 */
export async function neighborhoods(
  model: PromptModel,
  inputs: NeighborhoodInputs,
): Promise<VirtualTokenReport[]> {
  const { vectors, placement, count, tokens, metric = 'cosine' } = inputs;
  const { tokenizer } = model.open;
  const names = Array.from({ length: tokenizer.vocabularySize }, (_, id) =>
    tokenizer.tokenText(id),
  );
  const others = (['cosine', 'dot', 'l2'] as const).filter((other) => other !== metric);
  const found = nearestTokens({
    vectors,
    table: await model.embeddingTable(),
    products: await model.tableProducts(vectors),
    width: model.width,
    tokens: names,
    exclude: new Set([...tokenizer.specialIds, ...fragmentIds(tokenizer)]),
    metrics: [metric, ...others],
    count,
    ...(tokens && { startIds: tokens.map((token) => token.startId) }),
  });
  return found.map(({ nearest, norm, normPercentile, unmoved }, index) => {
    const group = placement.findIndex((place) => place.rows.includes(index));
    const name = placement[group]?.name;
    const startId = tokens?.[index]?.startId;
    return {
      index,
      ...(name !== undefined && { name }),
      group,
      ...(startId !== undefined && { startedFrom: names[startId]! }),
      unmoved,
      norm,
      normPercentile,
      nearest: nearest[metric] ?? [],
      nearestBy: nearest,
    };
  });
}
