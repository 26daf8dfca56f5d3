/** Adds nodes as older operator sets and exporters write them, in the current form. */
import { PtuneError } from '../base/errors.ts';
import type { GraphBuilder } from './builder.ts';
import {
  floatAttribute,
  int,
  intAttribute,
  intsAttribute,
  type Attributes,
  type Node,
} from './graph.ts';
import { addWhere } from './maskedSoftmax.ts';
import { addProduct } from './products.ts';
import { isStored, sizeOf } from './tensor.ts';

/** Operators that are rewritten away, beside those that `operators` knows. */
export const rewritten: ReadonlySet<string> = new Set(['Dropout']);

/** Operators whose axes were an attribute before they became an input, with the version of change. */
const axesBecameInput: Readonly<Record<string, number>> = {
  ReduceL1: 18,
  ReduceL2: 18,
  ReduceLogSum: 18,
  ReduceLogSumExp: 18,
  ReduceMax: 18,
  ReduceMean: 18,
  ReduceMin: 18,
  ReduceProd: 18,
  ReduceSum: 13,
  ReduceSumSquare: 18,
  Squeeze: 13,
  Unsqueeze: 13,
};

/** Adds a node of operator set `opset` in today's form. */
export function addCurrent(
  builder: GraphBuilder,
  node: Node,
  inputs: readonly string[],
  opset: number,
): string[] {
  const { op, attributes } = node;
  const axes = intsAttribute(attributes, 'axes');
  if (axes && opset < (axesBecameInput[op] ?? 0)) {
    return [builder.op(op, [inputs[0]!, builder.ints(axes)], without(attributes, 'axes'))];
  }
  switch (op) {
    case 'Dropout':
      return [inputs[0]!];
    case 'Constant': {
      const value = attributes.value;
      return value?.kind === 'tensor' && isStored(value.value)
        ? [builder.stored(node.outputs[0]!, value.value)]
        : [builder.op(op, [], attributes)];
    }
    case 'MatMul':
      return [addProduct(builder, inputs[0]!, inputs[1]!)];
    case 'Softmax':
    case 'LogSoftmax':
      return [addSoftmax(builder, node, inputs[0]!, opset)];
    case 'Pad':
      return [addPad(builder, node, inputs)];
    case 'Slice':
      return [addSlice(builder, node, inputs)];
    case 'Split':
      return addSplit(builder, node, inputs);
    case 'Clip':
      return [addClip(builder, node, inputs)];
    case 'Concat':
      return [addConcat(builder, node, inputs)];
    case 'Where':
      return [addWhere(builder, inputs)];
    default:
      return builder.ops(op, inputs, node.outputs.length, attributes);
  }
}

function without(attributes: Attributes, name: string): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => key !== name));
}

/** Before version 13, softmax ran over all axes from `axis` on; today over that axis alone. */
function addSoftmax(builder: GraphBuilder, node: Node, input: string, opset: number): string {
  const shape = builder.shapeOf(input);
  const axis = intAttribute(node.attributes, 'axis', opset < 13 ? 1 : -1);
  const last = axis === -1 || axis === shape.length - 1;
  if (opset >= 13 || last) return builder.op(node.op, [input], { axis: int(last ? -1 : axis) });
  const flat = builder.op('Flatten', [input], { axis: int(axis) });
  const result = builder.op(node.op, [flat], { axis: int(-1) });
  return builder.op('Reshape', [result, builder.ints(shape)]);
}

/** Today a Split names its parts' lengths or their number. */
function addSplit(builder: GraphBuilder, node: Node, inputs: readonly string[]): string[] {
  const axis = intAttribute(node.attributes, 'axis', 0);
  const shape = builder.shapeOf(inputs[0]!);
  const count = node.outputs.length;
  const lengths =
    intsAttribute(node.attributes, 'split') ??
    (inputs[1] ? undefined : equalParts(shape[axis < 0 ? axis + shape.length : axis]!, count));
  const second = lengths ? builder.ints(lengths) : inputs[1]!;
  return builder.ops('Split', [inputs[0]!, second], count, { axis: int(axis) });
}

function equalParts(n: number, count: number): number[] {
  const each = Math.ceil(n / count);
  return Array.from({ length: count }, (_, i) => Math.min(each, n - i * each));
}

/** Before version 10, the ranges of a Slice were attributes. */
function addSlice(builder: GraphBuilder, node: Node, inputs: readonly string[]): string {
  const starts = intsAttribute(node.attributes, 'starts');
  const ends = intsAttribute(node.attributes, 'ends');
  if (!starts || !ends) return builder.op('Slice', inputs);
  const axes = intsAttribute(node.attributes, 'axes') ?? [...starts.keys()];
  return builder.op('Slice', [
    inputs[0]!,
    ...[starts, ends, axes].map((list) => builder.ints(list)),
  ]);
}

/** Before version 11, the widths and the value of a Pad were attributes. */
function addPad(builder: GraphBuilder, node: Node, inputs: readonly string[]): string {
  const { mode } = node.attributes;
  if (mode?.kind === 'string' && mode.value !== 'constant') {
    throw new PtuneError(
      'onnx/unsupported-operator',
      `Pad is not supported in mode "${mode.value}".`,
    );
  }
  const pads = intsAttribute(node.attributes, 'pads');
  if (!pads) return builder.op('Pad', inputs);
  const value = builder.scalar(floatAttribute(node.attributes, 'value', 0));
  return builder.op('Pad', [inputs[0]!, builder.ints(pads), value]);
}

/** Before version 11, the limits of a Clip were attributes. */
function addClip(builder: GraphBuilder, node: Node, inputs: readonly string[]): string {
  const { min, max } = node.attributes;
  if (min?.kind !== 'float' && max?.kind !== 'float') return builder.op('Clip', inputs);
  const limit = (a: typeof min) => (a?.kind === 'float' ? builder.scalar(a.value) : '');
  return builder.op('Clip', [inputs[0]!, limit(min), limit(max)]);
}

/**
 * An empty part adds nothing, whatever its other lengths: those of a cache of length 0 are not always
 * in the file.
 */
function addConcat(builder: GraphBuilder, node: Node, inputs: readonly string[]): string {
  const filled = inputs.filter((name) => sizeOf(builder.shapeOf(name)) > 0);
  return builder.op('Concat', filled.length > 0 ? filled : inputs, node.attributes);
}
