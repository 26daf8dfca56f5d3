/** The nearest tokens of a prompt's vectors in a model's own vocabulary. */
import { median } from 'simple-statistics';
import type { VirtualPlacement, VirtualToken } from '../encoding/virtualTokens.ts';
import type { Metric, RandomNeighbors, VirtualTokenReport } from '../protocol/report.ts';
import { nearestTokens, rowNorms, similarityBetween, type Neighborhood } from './nearestTokens.ts';
import type { PromptModel } from './promptModel.ts';
import { vocabularyTexts } from './reading/tokenKinds.ts';
import { differing } from './vectors/nearTokens.ts';
import { randomLimits, randomNeighbors, type RandomLimits } from './vectors/randomNeighbors.ts';

export interface NeighborhoodInputs {
  /** float32 [P, D] */
  readonly vectors: Float32Array;
  readonly placement: readonly VirtualPlacement[];
  /** Neighbors wanted for each vector. */
  readonly count: number;
  /** Names and starts of the vectors, where they are known. */
  readonly tokens?: readonly VirtualToken[];
  /** What the vectors were before the training, float32 [P, D]; else their start tokens', if any. */
  readonly start?: Float32Array | undefined;
  /** The metric that leads; cosine unless told. */
  readonly metric?: Metric;
}

/** What a prompt's vectors are near, and what random vectors are. */
export interface Neighborhoods {
  readonly virtualTokens: readonly VirtualTokenReport[];
  readonly random: RandomNeighbors;
}

/**
 * The neighborhood of each vector under every metric. Special tokens, parts of characters and
 * embeddings of zeros are no neighbors; lists with them stand beside where they differ.
 */
export async function neighborhoods(
  model: PromptModel,
  inputs: NeighborhoodInputs,
): Promise<Neighborhoods> {
  const norms = [...rowNorms(inputs.vectors, model.width)];
  const limits = await randomLimits(model, Math.min(...norms), Math.max(...norms));
  const virtualTokens = await neighborsOf(model, inputs, limits);
  const random = { norm: median(norms), count: inputs.count, metrics: metricsFrom(inputs.metric) };
  return { virtualTokens, random: await randomNeighbors(model, random) };
}

/** The neighborhood of each vector alone. */
export async function neighborsOf(
  model: PromptModel,
  inputs: NeighborhoodInputs,
  limits: RandomLimits,
): Promise<VirtualTokenReport[]> {
  const { placement, tokens } = inputs;
  const metrics = metricsFrom(inputs.metric);
  const { texts } = vocabularyTexts(model.open.tokenizer);
  const starts = await startVectors(model, inputs);
  const { width } = model;
  return (await nearestOf(model, inputs)).map((one, index) => {
    const { nearest, nearestOfAll, norm, normPercentile, unmoved } = one;
    const group = placement.findIndex((place) => place.rows.includes(index));
    const name = placement[group]?.name;
    const startId = tokens?.[index]?.startId;
    const ofAll = differing(nearestOfAll, nearest);
    const start = starts?.[index];
    const own = inputs.vectors.subarray(index * width, (index + 1) * width);
    return {
      index,
      ...(name !== undefined && { name }),
      group,
      ...(startId !== undefined && { startedFrom: texts[startId]! }),
      unmoved,
      norm,
      normPercentile,
      nearest: nearest[metrics[0]!] ?? [],
      nearestBy: nearest,
      ...(ofAll && { nearestOfAll: ofAll }),
      ...(start && { toStart: distances(metrics, own, start) }),
      likeRandom: likeRandom(one, metrics, limits),
    };
  });
}

/** All metrics, the one that leads first. */
function metricsFrom(first: Metric = 'cosine'): readonly Metric[] {
  const others = (['cosine', 'dot', 'l2'] as const).filter((other) => other !== first);
  return [first, ...others];
}

async function nearestOf(
  model: PromptModel,
  { vectors, count, tokens, metric }: NeighborhoodInputs,
): Promise<Neighborhood[]> {
  const { texts, kinds, unreadable } = vocabularyTexts(model.open.tokenizer);
  return nearestTokens({
    vectors,
    table: await model.embeddingTable(),
    products: await model.tableProducts(vectors),
    width: model.width,
    tokens: texts,
    exclude: unreadable,
    kinds,
    metrics: metricsFrom(metric),
    count,
    ...(tokens && { startIds: tokens.map((token) => token.startId) }),
  });
}

/** For each vector where it started, as far as it is known. */
async function startVectors(
  model: PromptModel,
  { start, tokens }: NeighborhoodInputs,
): Promise<readonly (Float32Array | undefined)[] | undefined> {
  const { width } = model;
  const row = (table: Float32Array, i: number) => table.subarray(i * width, (i + 1) * width);
  if (start) return Array.from({ length: start.length / width }, (_, i) => row(start, i));
  const table = await model.embeddingTable();
  return tokens?.map(({ startId }) => (startId === undefined ? undefined : row(table, startId)));
}

function distances(metrics: readonly Metric[], own: Float32Array, start: Float32Array) {
  return Object.fromEntries(
    metrics.map((metric) => [metric, similarityBetween(metric, own, start)]),
  );
}

/** The metrics under which a vector's nearest token could be that of a random vector. */
function likeRandom(
  { nearest, norm }: Neighborhood,
  metrics: readonly Metric[],
  limits: RandomLimits,
): Metric[] {
  return metrics.filter((metric) => {
    const first = nearest[metric]?.[0];
    return first !== undefined && first.similarity <= limits(metric, norm);
  });
}
