/** The core that every form of attention shares, made of primitives. */
import { int } from '../graph.ts';
import type { LoweringContext } from './lowering.ts';

/** B rows, N heads, S queries, T keys, E and F widths of a head. */
export interface Heads {
  /** [B, N, S, E] */
  readonly query: string;
  /** [B, N, T, E] */
  readonly key: string;
  /** [B, N, T, F] */
  readonly value: string;
}

export interface AttendOptions {
  /** Factor of the scores; 1/√E unless told. */
  readonly scale: number | undefined;
  /** Added to the scores, each broadcast to [B, N, S, T]. */
  readonly biases: readonly (string | undefined)[];
  /** Scores are bent to ±softcap; 0 leaves them straight. */
  readonly softcap?: number;
  /** A further score of each query to which no value belongs, broadcast to [B, N, S, 1]. */
  readonly sink?: string | undefined;
}

/** The lowest float32: what masks add in place of −∞, which would make NaN of an empty row. */
export const lowest = -3.4028234663852886e38;

/** [B, S, N·E] as heads [B, N, S, E]. */
export function splitHeads(c: LoweringContext, x: string, heads: number): string {
  const [batch, length, width] = c.shape(x) as [number, number, number];
  if (width % heads !== 0) c.refuse(`A width of ${width} does not divide into ${heads} heads.`);
  return c.transpose(c.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}

/** Heads [B, N, S, E] as [B, S, N·E]. */
export function joinHeads(c: LoweringContext, x: string): string {
  const [batch, heads, length, width] = c.shape(x) as [number, number, number, number];
  return c.reshape(c.transpose(x, [0, 2, 1, 3]), [batch, length, heads * width]);
}

/** Each of [B, K, T, E]'s K heads N/K times in a row: [B, N, T, E]. */
export function repeatHeads(c: LoweringContext, x: string, heads: number): string {
  const [batch, own, length, width] = c.shape(x) as [number, number, number, number];
  if (heads === own) return x;
  if (heads % own !== 0) c.refuse(`${heads} heads cannot share ${own} heads of keys.`);
  const times = heads / own;
  const apart = c.reshape(x, [batch, own, 1, length, width]);
  const repeated = c.op('Expand', apart, c.builder.ints([batch, own, times, length, width]));
  return c.reshape(repeated, [batch, heads, length, width]);
}

/** Keys or values with the cached ones in front, along the axis of positions. */
export function withPast(c: LoweringContext, past: string | undefined, own: string): string {
  return past === undefined || c.shape(past)[2] === 0 ? own : c.concat([past, own], 2);
}

/**
 * softmax(scale·Q·Kᵀ + biases)·V, [B, N, S, F].
 * Vaswani et al. 2017, arXiv:1706.03762, equation 1.
 */
export function attend(c: LoweringContext, heads: Heads, options: AttendOptions): string {
  const { query, key, value } = heads;
  const { biases, softcap = 0, sink } = options;
  const [batch, count, length, width] = c.shape(query) as [number, number, number, number];
  const scale = options.scale ?? 1 / Math.sqrt(width);
  const product = c.op('MatMul', query, c.transpose(key, [0, 1, 3, 2]));
  let scores = scale === 1 ? product : c.op('Mul', product, c.scalar(scale, product));
  if (softcap !== 0) {
    const cap = c.scalar(softcap, scores);
    scores = c.op('Mul', c.op('Tanh', c.op('Div', scores, cap)), cap);
  }
  for (const bias of biases) if (bias !== undefined) scores = c.op('Add', scores, bias);
  if (sink === undefined) {
    return c.op('MatMul', c.with('Softmax', [scores], { axis: int(-1) }), value);
  }
  const column = c.op('Expand', sink, c.builder.ints([batch, count, length, 1]));
  const wider = c.with('Softmax', [c.concat([scores, column], 3)], { axis: int(-1) });
  return c.op('MatMul', c.slice(wider, 3, 0, c.shape(key)[2]!), value);
}

/** Which keys a query may see. */
export interface Window {
  /** S queries; they are the last of the T positions. */
  readonly queries: number;
  /** T */
  readonly keys: number;
  /** A query sees itself and this many positions in all; 0 is no limit. */
  readonly width?: number;
}

/** 1 where a query may see a key, that is, the key is no later: bool [1, 1, S, T]. */
export function causalMask(c: LoweringContext, { queries, keys, width = 0 }: Window): string {
  const past = keys - queries;
  const elements = Array.from({ length: queries * keys }, (_, i) => {
    const [query, key] = [Math.floor(i / keys) + past, i % keys];
    return Number(key <= query && (width === 0 || key > query - width));
  });
  return c.builder.constant('bool', [1, 1, queries, keys], elements);
}

/** 0 where `mask` holds, else `filter`, of the element type of `like`. */
export function biasOf(c: LoweringContext, mask: string, filter: number, like: string): string {
  return c.op('Where', mask, c.scalar(0, like), c.scalar(filter, like));
}

/** The lowest number where `mask` does not hold, else `bias`. */
export function restricted(
  c: LoweringContext,
  mask: string,
  bias: string | undefined,
  like: string,
): string {
  return c.op('Where', mask, bias ?? c.scalar(0, like), c.scalar(lowest, like));
}
