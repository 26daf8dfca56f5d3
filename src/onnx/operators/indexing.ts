/** Operators that look elements up or put them somewhere by index, and those that make values. */
import { PtuneError, invariant } from '../../base/errors.ts';
import { intAttribute, stringAttribute, type Attributes } from '../graph.ts';
import {
  normalizeAxis,
  sizeOf,
  stridesOf,
  type Shape,
  type TensorType,
  type Constant,
} from '../tensor.ts';
import { constantInts, typeOf, valueOf, type Operator } from './operator.ts';

const gather: Operator = {
  infer: (c) => {
    const { dtype, shape } = typeOf(c, 0);
    const axis = normalizeAxis(intAttribute(c.attributes, 'axis', 0), shape.length);
    const indices = typeOf(c, 1).shape;
    return [{ dtype, shape: [...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)] }];
  },
  compute: (c) => {
    const [x, indices] = [valueOf(c, 0), valueOf(c, 1)];
    const axis = normalizeAxis(intAttribute(c.attributes, 'axis', 0), x.shape.length);
    const n = x.shape[axis]!;
    const inner = sizeOf(x.shape.slice(axis + 1));
    const outer = sizeOf(x.shape.slice(0, axis));
    const result = new Float64Array(sizeOf(c.types[0]!.shape));
    let to = 0;
    for (let i = 0; i < outer; i++) {
      for (const index of indices.data) {
        const at = (i * n + inRange(index, n)) * inner;
        result.set(x.data.subarray(at, at + inner), to);
        to += inner;
      }
    }
    return [result];
  },
};

/** An index counted from the front; negative ones count from the back. */
function inRange(index: number, n: number): number {
  const result = index < 0 ? index + n : index;
  invariant(result >= 0 && result < n, `Index ${index} is outside of ${n} elements.`);
  return result;
}

/** For each element of `indices`, the offset in a tensor of `shape` that it names along `axis`. */
function elementOffsets(
  indices: Float64Array,
  indexShape: Shape,
  shape: Shape,
  axis: number,
): Int32Array {
  const outer = stridesOf(indexShape);
  const strides = stridesOf(shape);
  return Int32Array.from(indices, (index, i) => {
    let rest = i;
    let at = 0;
    for (let a = 0; a < indexShape.length; a++) {
      const own = Math.floor(rest / outer[a]!);
      rest -= own * outer[a]!;
      const position = a === axis ? inRange(index, shape[a]!) : own;
      at += position * strides[a]!;
    }
    return at;
  });
}

const gatherElements: Operator = {
  infer: (c) => [{ dtype: typeOf(c, 0).dtype, shape: typeOf(c, 1).shape }],
  compute: (c) => {
    const [x, indices] = [valueOf(c, 0), valueOf(c, 1)];
    const axis = normalizeAxis(intAttribute(c.attributes, 'axis', 0), x.shape.length);
    const at = elementOffsets(indices.data, indices.shape, x.shape, axis);
    return [Float64Array.from(at, (offset) => x.data[offset]!)];
  },
};

/** How updates join what is there: in its place, or added to it. */
function isAdded(attributes: Attributes): boolean {
  const reduction = stringAttribute(attributes, 'reduction', 'none');
  if (reduction === 'none' || reduction === 'add') return reduction === 'add';
  throw new PtuneError(
    'onnx/unsupported-operator',
    `The reduction "${reduction}" is not supported; there are "none" and "add".`,
  );
}

const scatterElements: Operator = {
  infer: (c) => {
    isAdded(c.attributes);
    return [typeOf(c, 0)];
  },
  compute: (c) => {
    const [x, indices, updates] = [valueOf(c, 0), valueOf(c, 1), valueOf(c, 2)];
    const axis = normalizeAxis(intAttribute(c.attributes, 'axis', 0), x.shape.length);
    const added = isAdded(c.attributes);
    const result = x.data.slice();
    elementOffsets(indices.data, indices.shape, x.shape, axis).forEach((offset, i) => {
      result[offset] = (added ? result[offset]! : 0) + updates.data[i]!;
    });
    return [result];
  },
};

/** For each row of `indices`, the offset of the part of a tensor that it names by its first axes. */
function partOffsets(indices: Constant, shape: Shape): number[] {
  const depth = indices.shape.at(-1)!;
  const strides = stridesOf(shape);
  return Array.from({ length: sizeOf(indices.shape.slice(0, -1)) }, (_, i) => {
    let at = 0;
    for (let a = 0; a < depth; a++) {
      at += inRange(indices.data[i * depth + a]!, shape[a]!) * strides[a]!;
    }
    return at;
  });
}

const scatterNd: Operator = {
  infer: (c) => {
    isAdded(c.attributes);
    return [typeOf(c, 0)];
  },
  compute: (c) => {
    const [x, indices, updates] = [valueOf(c, 0), valueOf(c, 1), valueOf(c, 2)];
    const inner = sizeOf(x.shape.slice(indices.shape.at(-1)));
    const added = isAdded(c.attributes);
    const result = x.data.slice();
    partOffsets(indices, x.shape).forEach((at, i) => {
      for (let j = 0; j < inner; j++) {
        result[at + j] = (added ? result[at + j]! : 0) + updates.data[i * inner + j]!;
      }
    });
    return [result];
  },
};

const gatherNd: Operator = {
  infer: (c) => {
    if (intAttribute(c.attributes, 'batch_dims', 0) !== 0) {
      throw new PtuneError('onnx/unsupported-operator', 'Its "batch_dims" are not supported.');
    }
    const { dtype, shape } = typeOf(c, 0);
    const indices = typeOf(c, 1).shape;
    const depth = indices.at(-1) ?? 0;
    invariant(depth <= shape.length, `Indices of ${depth} numbers for ${shape.length} axes.`);
    return [{ dtype, shape: [...indices.slice(0, -1), ...shape.slice(depth)] }];
  },
  compute: (c) => {
    const [x, indices] = [valueOf(c, 0), valueOf(c, 1)];
    const inner = sizeOf(x.shape.slice(indices.shape.at(-1)));
    const result = new Float64Array(sizeOf(c.types[0]!.shape));
    partOffsets(indices, x.shape).forEach((at, i) => {
      result.set(x.data.subarray(at, at + inner), i * inner);
    });
    return [result];
  },
};

const constantOfShape: Operator = {
  infer: (c) => {
    const value = c.attributes.value;
    const dtype = value?.kind === 'tensor' ? value.value.dtype : 'float32';
    return [{ dtype, shape: constantInts(c, 0)! }];
  },
  compute: (c) => {
    const value = c.attributes.value;
    const element =
      value?.kind === 'tensor' && 'data' in value.value ? (value.value.data[0] ?? 0) : 0;
    return [new Float64Array(sizeOf(c.types[0]!.shape)).fill(element)];
  },
};

/** The value of a Constant node, in any of its written forms. */
const constant: Operator = {
  infer: ({ attributes: a }) => {
    const form = a.value ?? a.value_int ?? a.value_float ?? a.value_ints ?? a.value_floats;
    switch (form?.kind) {
      case 'tensor':
        return [{ dtype: form.value.dtype, shape: form.value.shape }];
      case 'int':
        return [{ dtype: 'int64', shape: [] }];
      case 'float':
        return [{ dtype: 'float32', shape: [] }];
      case 'ints':
        return [{ dtype: 'int64', shape: [form.value.length] }];
      case 'floats':
        return [{ dtype: 'float32', shape: [form.value.length] }];
      default:
        throw new PtuneError('model/unsupported', 'The model has a constant that is no number.');
    }
  },
  compute: ({ attributes: a }) => {
    const form = a.value ?? a.value_int ?? a.value_float ?? a.value_ints ?? a.value_floats;
    switch (form?.kind) {
      case 'tensor':
        invariant('data' in form.value, 'A large constant is an initializer.');
        return [form.value.data];
      case 'int':
      case 'float':
        return [Float64Array.of(form.value)];
      case 'ints':
      case 'floats':
        return [Float64Array.from(form.value)];
      default:
        throw new PtuneError('bug/invariant', 'A constant without a value.');
    }
  },
};

const range: Operator = {
  infer: (c) => {
    const [start, limit, delta] = [0, 1, 2].map((i) => constantInts(c, i)![0]!);
    const n = Math.max(0, Math.ceil((limit! - start!) / delta!));
    return [{ dtype: typeOf(c, 0).dtype, shape: [n] }];
  },
  compute: (c) => {
    const start = valueOf(c, 0).data[0]!;
    const delta = valueOf(c, 2).data[0]!;
    return [Float64Array.from({ length: c.types[0]!.shape[0]! }, (_, i) => start + i * delta)];
  },
};

const trilu: Operator = {
  infer: (c) => [typeOf(c, 0)],
  compute: (c) => {
    const x = valueOf(c, 0);
    const k = c.inputs[1]?.data[0] ?? 0;
    const upper = intAttribute(c.attributes, 'upper', 1) === 1;
    const [rows, columns] = x.shape.slice(-2) as [number, number];
    return [
      x.data.map((value, i) => {
        const [row, column] = [Math.floor(i / columns) % rows, i % columns];
        return (upper ? column - row >= k : column - row <= k) ? value : 0;
      }),
    ];
  },
};

const cumSum: Operator = {
  infer: (c) => [typeOf(c, 0)],
  compute: (c) => {
    const x = valueOf(c, 0);
    const axis = normalizeAxis(valueOf(c, 1).data[0]!, x.shape.length);
    const reverse = intAttribute(c.attributes, 'reverse', 0) === 1;
    const exclusive = intAttribute(c.attributes, 'exclusive', 0) === 1;
    const [n, stride] = [x.shape[axis]!, stridesOf(x.shape)[axis]!];
    const result = new Float64Array(x.data.length);
    for (let first = 0; first < x.data.length; first++) {
      if (Math.floor(first / stride) % n !== 0) continue;
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const at = first + (reverse ? n - 1 - i : i) * stride;
        const before = sum;
        sum += x.data[at]!;
        result[at] = exclusive ? before : sum;
      }
    }
    return [result];
  },
};

/** Shape and Size depend on the input's type alone; the builder folds them. */
const shapeOf: Operator = {
  infer: (c) => [{ dtype: 'int64', shape: [shapePart(typeOf(c, 0), c.attributes).length] }],
  compute: (c) => [Float64Array.from(shapePart(valueOf(c, 0), c.attributes))],
};

/** The part of a type's shape that a Shape node asks for. */
export function shapePart(type: TensorType, attributes: Parameters<typeof intAttribute>[0]): Shape {
  const start = intAttribute(attributes, 'start', 0);
  const end = intAttribute(attributes, 'end', type.shape.length);
  return type.shape.slice(start, end);
}

const size: Operator = {
  infer: () => [{ dtype: 'int64', shape: [] }],
  compute: (c) => [Float64Array.of(valueOf(c, 0).data.length)],
};

export const indexing: Record<string, Operator> = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  CumSum: cumSum,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  Range: range,
  ScatterElements: scatterElements,
  ScatterND: scatterNd,
  Shape: shapeOf,
  Size: size,
  Trilu: trilu,
};
