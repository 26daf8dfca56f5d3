/** Operators that move elements without changing them: shapes, axes, parts. */
import { invariant } from '../../base/errors.ts';
import { intAttribute, intsAttribute } from '../graph.ts';
import { formatShape, normalizeAxis, sizeOf, stridesOf, type Shape } from '../tensor.ts';
import { broadcastShapes } from '../tensor.ts';
import { broadcastTo } from './elementwise.ts';
import {
  constantInts,
  intsOf,
  typeOf,
  valueOf,
  type ComputeContext,
  type InferContext,
  type Operator,
} from './operator.ts';

/** An operator whose output has the input's elements in the same order. */
function relabel(shape: (c: InferContext, from: Shape) => number[]): Operator {
  return {
    infer: (c) => {
      const { dtype, shape: from } = typeOf(c, 0);
      const to = shape(c, from);
      invariant(
        sizeOf(to) === sizeOf(from),
        `${formatShape(from)} cannot be reshaped to ${formatShape(to)}.`,
      );
      return [{ dtype, shape: to }];
    },
    compute: (c) => [valueOf(c, 0).data.slice()],
  };
}

function reshaped(c: InferContext, from: Shape): number[] {
  const wanted = constantInts(c, 1)!;
  const zeroIsZero = intAttribute(c.attributes, 'allowzero', 0) === 1;
  const shape = wanted.map((n, i) => (n === 0 && !zeroIsZero ? (from[i] ?? 0) : n));
  const known = shape.filter((n) => n !== -1).reduce((a, b) => a * b, 1);
  return shape.map((n) => (n === -1 ? sizeOf(from) / known : n));
}

function squeezed(c: InferContext, from: Shape): number[] {
  const axes = constantInts(c, 1)?.map((axis) => normalizeAxis(axis, from.length));
  return from.filter((n, i) => (axes ? !axes.includes(i) : n !== 1));
}

function unsqueezed(c: InferContext, from: Shape): number[] {
  const wanted = constantInts(c, 1)!;
  const rank = from.length + wanted.length;
  const axes = wanted.map((axis) => normalizeAxis(axis, rank));
  const rest = [...from];
  return Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : rest.shift()!));
}

function flattened(c: InferContext, from: Shape): number[] {
  const axis = intAttribute(c.attributes, 'axis', 1);
  const at = axis < 0 ? axis + from.length : axis;
  return [sizeOf(from.slice(0, at)), sizeOf(from.slice(at))];
}

/** The permutation of a Transpose; reversed axes by default. */
export function permutationOf(c: Pick<InferContext, 'attributes'>, rank: number): number[] {
  const perm = intsAttribute(c.attributes, 'perm');
  return perm ? [...perm] : Array.from({ length: rank }, (_, i) => rank - 1 - i);
}

const transpose: Operator = {
  infer: (c) => {
    const { dtype, shape } = typeOf(c, 0);
    return [{ dtype, shape: permutationOf(c, shape.length).map((axis) => shape[axis]!) }];
  },
  compute: (c) => {
    const x = valueOf(c, 0);
    const strides = stridesOf(x.shape);
    const perm = permutationOf(c, x.shape.length);
    return [
      pick(
        x.data,
        c.types[0]!.shape,
        perm.map((axis) => strides[axis]!),
        0,
      ),
    ];
  },
};

/** The elements of a strided view. */
function pick(
  data: Float64Array,
  shape: Shape,
  strides: readonly number[],
  start: number,
): Float64Array {
  const outer = stridesOf(shape);
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
    let rest = i;
    let at = start;
    for (let axis = 0; axis < shape.length; axis++) {
      const index = Math.floor(rest / outer[axis]!);
      rest -= index * outer[axis]!;
      at += index * strides[axis]!;
    }
    return data[at]!;
  });
}

const expand: Operator = {
  infer: (c) => {
    const { dtype, shape } = typeOf(c, 0);
    return [{ dtype, shape: broadcastShapes(shape, constantInts(c, 1)!) }];
  },
  compute: (c) => [broadcastTo(valueOf(c, 0), c.types[0]!.shape).slice()],
};

const concat: Operator = {
  infer: (c) => {
    const { dtype, shape } = typeOf(c, 0);
    const axis = normalizeAxis(intAttribute(c.attributes, 'axis', 0), shape.length);
    const n = c.types.reduce((sum, _, i) => sum + typeOf(c, i).shape[axis]!, 0);
    return [{ dtype, shape: shape.map((m, i) => (i === axis ? n : m)) }];
  },
  compute: (c) => {
    const { shape } = c.types[0]!;
    const axis = normalizeAxis(intAttribute(c.attributes, 'axis', 0), shape.length);
    const inner = sizeOf(shape.slice(axis + 1));
    const result = new Float64Array(sizeOf(shape));
    const step = shape[axis]! * inner;
    let start = 0;
    for (let i = 0; i < c.inputs.length; i++) {
      const part = valueOf(c, i);
      const width = part.shape[axis]! * inner;
      for (let from = 0, to = start; from < part.data.length; from += width, to += step) {
        result.set(part.data.subarray(from, from + width), to);
      }
      start += width;
    }
    return [result];
  },
};

/** The resolved range of a Slice along one axis: `count` elements from `start` by `step`. */
export interface SliceRange {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** The ranges of a Slice node, from its integer inputs (starts, ends, axes, steps). */
export function sliceRanges(
  shape: Shape,
  starts: readonly number[],
  ends: readonly number[],
  axes: readonly number[] | undefined,
  steps: readonly number[] | undefined,
): SliceRange[] {
  return starts.map((wantedStart, i) => {
    const axis = normalizeAxis(axes?.[i] ?? i, shape.length);
    const n = shape[axis]!;
    const step = steps?.[i] ?? 1;
    const clamp = (at: number) => {
      const from0 = at < 0 ? at + n : at;
      return step > 0 ? Math.min(Math.max(from0, 0), n) : Math.min(Math.max(from0, -1), n - 1);
    };
    const start = clamp(wantedStart);
    const end = clamp(ends[i]!);
    return { axis, start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
}

const slice: Operator = {
  infer: (c) => {
    const { dtype, shape } = typeOf(c, 0);
    const ranges = sliceRanges(
      shape,
      constantInts(c, 1)!,
      constantInts(c, 2)!,
      constantInts(c, 3),
      constantInts(c, 4),
    );
    const result = [...shape];
    for (const { axis, count } of ranges) result[axis] = count;
    return [{ dtype, shape: result }];
  },
  compute: (c) => {
    const x = valueOf(c, 0);
    const ranges = sliceRanges(x.shape, intsOf(c, 1)!, intsOf(c, 2)!, intsOf(c, 3), intsOf(c, 4));
    const strides = stridesOf(x.shape);
    let start = 0;
    const steps = [...strides];
    for (const range of ranges) {
      start += range.start * strides[range.axis]!;
      steps[range.axis] = range.step * strides[range.axis]!;
    }
    return [pick(x.data, c.types[0]!.shape, steps, start)];
  },
};

/** The lengths of a Split's parts. */
export function splitLengths(
  n: number,
  outputs: number,
  lengths: readonly number[] | undefined,
): number[] {
  if (lengths) return [...lengths];
  const each = Math.ceil(n / outputs);
  return Array.from({ length: outputs }, (_, i) => Math.min(each, n - i * each));
}

const split: Operator = {
  infer: (c) => {
    const { dtype, shape } = typeOf(c, 0);
    const axis = normalizeAxis(intAttribute(c.attributes, 'axis', 0), shape.length);
    return splitLengths(shape[axis]!, c.outputs, constantInts(c, 1)).map((n) => ({
      dtype,
      shape: shape.map((m, i) => (i === axis ? n : m)),
    }));
  },
  compute: (c) => {
    const x = valueOf(c, 0);
    const axis = normalizeAxis(intAttribute(c.attributes, 'axis', 0), x.shape.length);
    const strides = stridesOf(x.shape);
    let start = 0;
    return c.types.map(({ shape }) => {
      const part = pick(x.data, shape, strides, start * strides[axis]!);
      start += shape[axis]!;
      return part;
    });
  },
};

function padsOf(c: InferContext | ComputeContext, rank: number): number[] {
  const pads = 'constants' in c ? constantInts(c, 1)! : intsOf(c, 1)!;
  const axes = ('constants' in c ? constantInts(c, 3) : intsOf(c, 3)) ?? [...Array(rank).keys()];
  const result = new Array<number>(2 * rank).fill(0);
  axes.forEach((axis, i) => {
    const at = normalizeAxis(axis, rank);
    result[at] = pads[i]!;
    result[at + rank] = pads[i + axes.length]!;
  });
  return result;
}

/** Constant padding; other modes do not occur in language models. */
const pad: Operator = {
  infer: (c) => {
    const { dtype, shape } = typeOf(c, 0);
    const pads = padsOf(c, shape.length);
    return [{ dtype, shape: shape.map((n, i) => n + pads[i]! + pads[i + shape.length]!) }];
  },
  compute: (c) => {
    const x = valueOf(c, 0);
    const { shape } = c.types[0]!;
    const pads = padsOf(c, shape.length);
    const fill = c.inputs[2]?.data[0] ?? 0;
    const outer = stridesOf(shape);
    const inner = stridesOf(x.shape);
    return [
      Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
        let rest = i;
        let at = 0;
        for (let axis = 0; axis < shape.length; axis++) {
          const index = Math.floor(rest / outer[axis]!);
          rest -= index * outer[axis]!;
          const from = index - pads[axis]!;
          if (from < 0 || from >= x.shape[axis]!) return fill;
          at += from * inner[axis]!;
        }
        return x.data[at]!;
      }),
    ];
  },
};

/** The whole repeated along each axis. */
const tile: Operator = {
  infer: (c) => {
    const { dtype, shape } = typeOf(c, 0);
    const repeats = constantInts(c, 1)!;
    return [{ dtype, shape: shape.map((n, i) => n * repeats[i]!) }];
  },
  compute: (c) => {
    const x = valueOf(c, 0);
    const { shape } = c.types[0]!;
    const [outer, inner] = [stridesOf(shape), stridesOf(x.shape)];
    return [
      Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
        const at = shape.map((n, axis) => Math.floor(i / outer[axis]!) % n);
        return x.data[
          at.reduce((sum, index, axis) => sum + (index % x.shape[axis]!) * inner[axis]!, 0)
        ]!;
      }),
    ];
  },
};

export const layout: Record<string, Operator> = {
  Concat: concat,
  Expand: expand,
  Flatten: relabel(flattened),
  Pad: pad,
  Reshape: relabel(reshaped),
  Slice: slice,
  Split: split,
  Squeeze: relabel(squeezed),
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: relabel(unsqueezed),
};
