/** Reductions, softmax and layer normalization. */
import { invariant } from '../../base/errors.ts';
import { floatAttribute, intAttribute } from '../graph.ts';
import {
  formatShape,
  normalizeAxis,
  sameShape,
  sizeOf,
  type Constant,
  type Shape,
} from '../tensor.ts';
import { broadcastOffsets } from './elementwise.ts';
import {
  constantInts,
  intsOf,
  typeOf,
  valueOf,
  type ComputeContext,
  type InferContext,
  type Operator,
} from './operator.ts';

function reducedAxes(axes: readonly number[] | undefined, rank: number, noop: boolean): number[] {
  if (axes?.length) return axes.map((axis) => normalizeAxis(axis, rank));
  return noop ? [] : Array.from({ length: rank }, (_, i) => i);
}

/** `shape` with the reduced axes as 1. */
function keptShape(shape: Shape, axes: readonly number[]): number[] {
  return shape.map((n, i) => (axes.includes(i) ? 1 : n));
}

function axesOf(c: InferContext | ComputeContext, rank: number): number[] {
  const noop = intAttribute(c.attributes, 'noop_with_empty_axes', 0) === 1;
  const axes = 'constants' in c ? constantInts(c, 1) : intsOf(c, 1);
  return reducedAxes(axes, rank, noop);
}

/** `join` combines two elements; `finish` gets the combination and how many there were. */
function reduction(
  start: number,
  join: (sum: number, x: number) => number,
  finish: (sum: number, count: number) => number = (sum) => sum,
): Operator {
  return {
    infer: (c) => {
      const { dtype, shape } = typeOf(c, 0);
      const axes = axesOf(c, shape.length);
      const keep = intAttribute(c.attributes, 'keepdims', 1) === 1;
      return [
        { dtype, shape: keep ? keptShape(shape, axes) : shape.filter((_, i) => !axes.includes(i)) },
      ];
    },
    compute: (c) => {
      const x = valueOf(c, 0);
      const kept = keptShape(x.shape, axesOf(c, x.shape.length));
      const result = new Float64Array(sizeOf(kept)).fill(start);
      broadcastOffsets(kept, x.shape).forEach((to, from) => {
        result[to] = join(result[to]!, x.data[from]!);
      });
      const count = x.data.length / Math.max(1, result.length);
      return [result.map((sum) => finish(sum, count))];
    },
  };
}

/** Applies `f` to each row of `x` that runs along `axis`. */
function alongAxis(
  x: Constant,
  axis: number,
  f: (row: Float64Array) => Float64Array,
): Float64Array {
  const at = normalizeAxis(axis, x.shape.length);
  const n = x.shape[at]!;
  const inner = sizeOf(x.shape.slice(at + 1));
  const result = new Float64Array(x.data.length);
  for (let start = 0; start < x.data.length; start += n * inner) {
    for (let i = 0; i < inner; i++) {
      const row = f(Float64Array.from({ length: n }, (_, j) => x.data[start + j * inner + i]!));
      row.forEach((y, j) => (result[start + j * inner + i] = y));
    }
  }
  return result;
}

function logSoftmax(row: Float64Array): Float64Array {
  const max = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const log = Math.log(row.reduce((sum, x) => sum + Math.exp(x - max), 0));
  return row.map((x) => x - max - log);
}

function softmax(f: (row: Float64Array) => Float64Array): Operator {
  return {
    infer: (c) => {
      const type = typeOf(c, 0);
      normalizeAxis(intAttribute(c.attributes, 'axis', -1), type.shape.length);
      return [type];
    },
    compute: (c) => [alongAxis(valueOf(c, 0), intAttribute(c.attributes, 'axis', -1), f)],
  };
}

/** Outputs: Y, and where asked the mean and the inverse standard deviation. */
const layerNormalization: Operator = {
  infer: (c) => {
    const type = typeOf(c, 0);
    const axis = normalizeAxis(intAttribute(c.attributes, 'axis', -1), type.shape.length);
    const kept = type.shape.map((n, i) => (i < axis ? n : 1));
    const normalized = type.shape.slice(axis);
    for (const { shape } of [typeOf(c, 1), c.types[2] ?? typeOf(c, 1)]) {
      invariant(
        sameShape(shape, normalized),
        `Weights ${formatShape(shape)} do not fit ${formatShape(normalized)}.`,
      );
    }
    const statistics = { dtype: type.dtype, shape: kept };
    return [type, statistics, statistics].slice(0, c.outputs);
  },
  compute: (c) => {
    const x = valueOf(c, 0);
    const axis = normalizeAxis(intAttribute(c.attributes, 'axis', -1), x.shape.length);
    const epsilon = floatAttribute(c.attributes, 'epsilon', 1e-5);
    const n = sizeOf(x.shape.slice(axis));
    const rows = x.data.length / n;
    const y = new Float64Array(x.data.length);
    const means = new Float64Array(rows);
    const inverses = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      const part = x.data.subarray(row * n, (row + 1) * n);
      const mean = part.reduce((a, b) => a + b, 0) / n;
      const variance = part.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
      means[row] = mean;
      inverses[row] = 1 / Math.sqrt(variance + epsilon);
      part.forEach((value, i) => {
        const scale = valueOf(c, 1).data[i]!;
        y[row * n + i] = (value - mean) * inverses[row]! * scale + (c.inputs[2]?.data[i] ?? 0);
      });
    }
    return [y, means, inverses].slice(0, c.types.length);
  },
};

const argMax: Operator = {
  infer: (c) => {
    const { shape } = typeOf(c, 0);
    const axis = normalizeAxis(intAttribute(c.attributes, 'axis', 0), shape.length);
    const keep = intAttribute(c.attributes, 'keepdims', 1) === 1;
    const kept = keptShape(shape, [axis]);
    return [{ dtype: 'int64', shape: keep ? kept : kept.filter((_, i) => i !== axis) }];
  },
  compute: (c) => {
    const x = valueOf(c, 0);
    const axis = normalizeAxis(intAttribute(c.attributes, 'axis', 0), x.shape.length);
    const kept = keptShape(x.shape, [axis]);
    const best = new Float64Array(sizeOf(kept)).fill(-Infinity);
    const at = new Float64Array(best.length);
    const seen = new Int32Array(best.length);
    broadcastOffsets(kept, x.shape).forEach((to, from) => {
      if (x.data[from]! > best[to]!) [best[to], at[to]] = [x.data[from]!, seen[to]!];
      seen[to]!++;
    });
    return [at];
  },
};

export const reductions: Record<string, Operator> = {
  ArgMax: argMax,
  LayerNormalization: layerNormalization,
  LogSoftmax: softmax(logSoftmax),
  ReduceL1: reduction(0, (a, b) => a + Math.abs(b)),
  ReduceL2: reduction(0, (a, b) => a + b * b, Math.sqrt),
  ReduceLogSum: reduction(0, (a, b) => a + b, Math.log),
  ReduceLogSumExp: reduction(0, (a, b) => a + Math.exp(b), Math.log),
  ReduceMax: reduction(-Infinity, Math.max),
  ReduceMean: reduction(
    0,
    (a, b) => a + b,
    (sum, n) => sum / n,
  ),
  ReduceMin: reduction(Infinity, Math.min),
  ReduceProd: reduction(1, (a, b) => a * b),
  ReduceSum: reduction(0, (a, b) => a + b),
  ReduceSumSquare: reduction(0, (a, b) => a + b * b),
  Softmax: softmax((row) => logSoftmax(row).map(Math.exp)),
};
