/** Rotary position embedding: pairs of elements turned by an angle that grows with the position. */
import { int } from '../graph.ts';
import type { LoweringContext, LoweringTable } from './lowering.ts';

export interface Rotation {
  /** cos and sin for each position, broadcast to [B, S, R/2]. */
  readonly cos: string;
  readonly sin: string;
  /** Pairs stand side by side; else the first half of the elements belongs to the second. */
  readonly interleaved: boolean;
}

/**
 * Heads [B, N, S, E] whose first R elements are turned, pair by pair:
 * (a, b) → (a·cos − b·sin, a·sin + b·cos).  Su et al. 2021, arXiv:2104.09864, equation 34.
 */
export function rotated(c: LoweringContext, x: string, rotation: Rotation): string {
  const [batch, heads, length, width] = c.shape(x) as [number, number, number, number];
  const [cosShape, sinShape] = [c.shape(rotation.cos), c.shape(rotation.sin)];
  const half = cosShape.at(-1)!;
  if (2 * half > width) c.refuse(`A rotation of ${2 * half} elements of ${width} is impossible.`);
  // [B, S, R/2] → [B, 1, S, R/2]
  const cos = c.reshape(rotation.cos, [cosShape[0]!, 1, length, half]);
  const sin = c.reshape(rotation.sin, [sinShape[0]!, 1, length, half]);
  const turned = 2 * half === width ? x : c.slice(x, 3, 0, 2 * half);
  const { interleaved } = rotation;
  const pairs = interleaved ? c.reshape(turned, [batch, heads, length, half, 2]) : turned;
  const part = (i: number) =>
    interleaved
      ? c.reshape(c.slice(pairs, 4, i, i + 1), [batch, heads, length, half])
      : c.slice(pairs, 3, i * half, (i + 1) * half);
  const [a, b] = [part(0), part(1)];
  const real = c.op('Sub', c.op('Mul', a, cos), c.op('Mul', b, sin));
  const imaginary = c.op('Add', c.op('Mul', a, sin), c.op('Mul', b, cos));
  const lift = (value: string) => c.reshape(value, [batch, heads, length, half, 1]);
  const joined = interleaved
    ? c.reshape(c.concat([lift(real), lift(imaginary)], 4), [batch, heads, length, 2 * half])
    : c.concat([real, imaginary], 3);
  return turned === x ? joined : c.concat([joined, c.slice(x, 3, 2 * half, width)], 3);
}

/** The rows of a table [positions, R/2] for `ids` [B, S]: [B, S, R/2]. */
export function rowsAt(c: LoweringContext, table: string, ids: string): string {
  return c.with('Gather', [table, ids], { axis: int(0) });
}

/** `f` on heads, for x as heads [B, N, S, E] or joined [B, S, N·E]; the result is as x. */
function onHeads(
  c: LoweringContext,
  x: string,
  heads: number,
  f: (heads: string) => string,
): string {
  const shape = c.shape(x);
  if (shape.length === 4) return f(x);
  const [batch, length, width] = shape as [number, number, number];
  if (heads === 0 || width % heads !== 0) {
    c.refuse(`A width of ${width} does not divide into ${heads} heads.`);
  }
  const apart = c.reshape(x, [batch, length, heads, width / heads]);
  const result = f(c.transpose(apart, [0, 2, 1, 3]));
  return c.reshape(c.transpose(result, [0, 2, 1, 3]), shape);
}

/** Positions [B, S] of the operator of ONNX Runtime: given, or counted from one start. */
function contribPositions(c: LoweringContext, length: number): string {
  const ids = c.input(1);
  if (c.shape(ids).length === 2) return ids;
  const counted = c.builder.constant(
    'int64',
    [1, length],
    Array.from({ length }, (_, i) => i),
  );
  return c.op('Add', counted, c.reshape(ids, [1, 1]));
}

function lowerContrib(c: LoweringContext): string[] {
  if (c.int('is_packed_batching', 0) !== 0) c.refuse('Packed batches are not supported.');
  if (c.float('scale', 1) !== 1) c.refuse('A "scale" is not supported.');
  const x = c.input(0);
  const shape = c.shape(x);
  const length = shape.length === 4 ? shape[2]! : shape[1]!;
  const [cosTable, sinTable] = [c.input(2), c.input(3)];
  const dimension = c.int('rotary_embedding_dim', 0);
  const half = c.shape(cosTable)[1]!;
  if (dimension !== 0 && dimension !== 2 * half) {
    c.refuse(`A rotary_embedding_dim of ${dimension} does not fit tables of width ${half}.`);
  }
  // Without a number of heads, the tables say how wide a head is.
  const heads = c.int('num_heads', 0) || shape.at(-1)! / (2 * half);
  const ids = contribPositions(c, length);
  const rotation = {
    cos: rowsAt(c, cosTable, ids),
    sin: rowsAt(c, sinTable, ids),
    interleaved: c.int('interleaved', 0) === 1,
  };
  return [onHeads(c, x, heads, (h) => rotated(c, h, rotation))];
}

function lowerStandard(c: LoweringContext): string[] {
  const ids = c.optional(3);
  const table = (index: number) => (ids ? rowsAt(c, c.input(index), ids) : c.input(index));
  const dimension = c.int('rotary_embedding_dim', 0);
  const rotation = {
    cos: table(1),
    sin: table(2),
    interleaved: c.int('interleaved', 0) === 1,
  };
  const half = c.shape(rotation.cos).at(-1)!;
  if (dimension !== 0 && dimension !== 2 * half) {
    c.refuse(`A rotary_embedding_dim of ${dimension} does not fit tables of width ${half}.`);
  }
  return [onHeads(c, c.input(0), c.int('num_heads', 0), (h) => rotated(c, h, rotation))];
}

const becomes = '(a·cos − b·sin, a·sin + b·cos) of each pair';

export const rotaries: LoweringTable = {
  'com.microsoft.RotaryEmbedding': {
    attributes: ['interleaved', 'is_packed_batching', 'num_heads', 'rotary_embedding_dim', 'scale'],
    since: 1,
    becomes,
    lower: lowerContrib,
  },
  RotaryEmbedding: {
    attributes: ['interleaved', 'num_heads', 'rotary_embedding_dim'],
    since: 23,
    becomes,
    lower: lowerStandard,
  },
};
