/** The neighborhoods of a run's vectors on their way, small enough for a report of many runs. */
import type { VirtualToken } from '../../encoding/virtualTokens.ts';
import type {
  Metric,
  NearToken,
  PathPoint,
  VectorPathReport,
  VirtualTokenReport,
} from '../../protocol/report.ts';
import { neighborsOf, type NeighborhoodInputs } from '../neighborhoods.ts';
import { rowNorms } from '../nearestTokens.ts';
import type { PromptModel } from '../promptModel.ts';
import { randomLimits } from './randomNeighbors.ts';

export interface PathInputs extends Pick<NeighborhoodInputs, 'placement' | 'count'> {
  /** Steps, ascending, with the vectors at each of them, float32 [P, D]. */
  readonly path: {
    readonly steps: readonly number[];
    readonly snapshots: readonly Float32Array[];
  };
  readonly tokens: readonly VirtualToken[];
}

/** The neighborhood of every vector at every step of a path. */
export async function pathNeighborhoods(
  model: PromptModel,
  { path, ...inputs }: PathInputs,
): Promise<VectorPathReport> {
  const tokens: Record<number, Pick<NearToken, 'token' | 'kind'>> = {};
  const start = path.steps[0] === 0 ? path.snapshots[0] : undefined;
  const norms = path.snapshots.flatMap((vectors) => [...rowNorms(vectors, model.width)]);
  const limits = await randomLimits(model, Math.min(...norms), Math.max(...norms));
  const snapshots: { step: number; vectors: PathPoint[] }[] = [];
  for (const [i, step] of path.steps.entries()) {
    const vectors = path.snapshots[i]!;
    const near = await neighborsOf(model, { ...inputs, vectors, start }, limits);
    snapshots.push({ step, vectors: near.map((one) => pointOf(one, tokens)) });
  }
  return { snapshots, count: inputs.count, tokens };
}

/** A vector in short; the names of its tokens go into `tokens`. */
function pointOf(
  { nearestBy, nearestOfAll, ...one }: VirtualTokenReport,
  tokens: Record<number, Pick<NearToken, 'token' | 'kind'>>,
): PathPoint {
  const near = Object.entries(nearestBy ?? {}).map(([metric, ordinary]) => {
    const all = nearestOfAll?.[metric as Metric] ?? [];
    const both = new Map([...ordinary, ...all].map((token) => [token.id, token]));
    const sorted = [...both.values()].sort((a, b) => b.similarity - a.similarity || a.id - b.id);
    for (const { id, token, kind } of sorted) tokens[id] ??= { token, ...(kind && { kind }) };
    return [metric, sorted.map(({ id, similarity }) => [id, short(similarity)] as const)];
  });
  const { unmoved, norm, normPercentile, toStart, likeRandom } = one;
  return {
    unmoved,
    norm: short(norm),
    normPercentile: short(normPercentile),
    ...(toStart && { toStart: shortened(toStart) }),
    ...(likeRandom && { likeRandom }),
    near: Object.fromEntries(near) as PathPoint['near'],
  };
}

/** More digits than any view shows. */
const short = (value: number) => Number(value.toPrecision(4));

const shortened = (values: Readonly<Partial<Record<Metric, number>>>) =>
  Object.fromEntries(Object.entries(values).map(([metric, value]) => [metric, short(value)]));
