/** A map of a prompt's vectors among the tokens that they are near. */
import { nearestBy } from '../../protocol/nearness.ts';
import type {
  MapToken,
  Metric,
  Place,
  VectorMap,
  VirtualTokenReport,
} from '../../protocol/report.ts';
import type { PromptModel } from '../promptModel.ts';
import { principalComponents } from './principalComponents.ts';

export interface MapInputs {
  /** float32 [P, D] */
  readonly vectors: Float32Array;
  readonly virtualTokens: readonly VirtualTokenReport[];
  /** The vectors on their way, each float32 [P, D]. */
  readonly snapshots: readonly Float32Array[];
}

/** Tokens on a map; more could not be read. */
const mostTokens = 40;
/** Tokens for one vector. */
const mostOfVector = 3;

/**
 * The map under a metric: the vectors and their nearest tokens on the first two principal components
 * of both together. Under cosine similarity, to which only directions count, all have length 1.
 */
export async function vectorMap(
  model: PromptModel,
  metric: Metric,
  { vectors, virtualTokens, snapshots }: MapInputs,
): Promise<VectorMap> {
  const { width } = model;
  const table = await model.embeddingTable();
  const scaled = metric === 'cosine' ? unit : (vector: Float32Array) => vector;
  const rowOf = (rows: Float32Array, i: number) =>
    scaled(rows.subarray(i * width, (i + 1) * width));
  const tokens = tokensOf(virtualTokens, metric);
  const own = virtualTokens.map((_, i) => rowOf(vectors, i));
  const near = tokens.map(({ id }) => rowOf(table, id));
  const { explained, place } = principalComponents([...own, ...near], 2);
  const placed = (point: Float32Array): Place => {
    const [x = 0, y = 0] = place(point);
    return [short(x), short(y)];
  };
  return {
    explained: [short(explained[0] ?? 0), short(explained[1] ?? 0)],
    vectors: own.map(placed),
    tokens: tokens.map((token, i) => ({ ...token, place: placed(near[i]!) })),
    paths: virtualTokens.map((_, i) => snapshots.map((snapshot) => placed(rowOf(snapshot, i)))),
  };
}

/** The nearest tokens of all vectors, each once, as many of every vector as there is room for. */
function tokensOf(
  virtualTokens: readonly VirtualTokenReport[],
  metric: Metric,
): Omit<MapToken, 'place'>[] {
  const each = Math.max(1, Math.min(mostOfVector, Math.floor(mostTokens / virtualTokens.length)));
  const tokens = new Map<number, { id: number; token: string; of: number[] }>();
  for (const one of virtualTokens) {
    for (const { id, token } of nearestBy(one, metric).slice(0, each)) {
      const known = tokens.get(id) ?? { id, token, of: [] };
      known.of.push(one.index);
      tokens.set(id, known);
    }
  }
  return [...tokens.values()];
}

function unit(vector: Float32Array): Float32Array {
  const norm = Math.hypot(...vector);
  return norm === 0 ? vector : vector.map((value) => value / norm);
}

/** More digits than a screen has pixels. */
const short = (value: number) => Number(value.toPrecision(4));
