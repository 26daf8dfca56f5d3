/**
 * Copies a graph from a file into a builder: older operator versions are rewritten to the current
 * one, shapes become concrete, and what the bindings already give is left out.
 */
import { PtuneError, toPtuneError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import { addInitializer, type GraphBuilder } from './builder.ts';
import {
  floatAttribute,
  int,
  intAttribute,
  intsAttribute,
  type Attributes,
  type Model,
  type Node,
} from './graph.ts';
import { lower, lowerings, operatorName } from './lowerings/index.ts';
import { operators } from './operators/index.ts';
import { isStored } from './tensor.ts';

/**
 * Adds the nodes of `model` that `outputs` need to `builder`.
 *
 * @param bindings  names in the model (inputs or inner values) → names in the builder
 * @returns         the builder's name of each value of the model that was added or bound
 * @throws PtuneError `onnx/unsupported-operator` listing every operator that is not known;
 *   `onnx/no-shape` where a shape depends on values that only a run knows
 */
export function inlineModel(
  builder: GraphBuilder,
  model: Model,
  bindings: ReadonlyMap<string, string>,
  outputs: readonly string[],
): Map<string, string> {
  const { graph } = model;
  const opset = model.opsets.get('') ?? 1;
  const names = new Map(bindings);
  const needed = neededNodes(graph.nodes, new Set(bindings.keys()), outputs);
  assertKnown(graph.nodes.filter((node) => needed.has(node)));
  const added = new Set<Node>();
  const lookUp = (name: string): string => {
    if (name === '') return '';
    const known = names.get(name);
    if (known !== undefined) return known;
    const initializer = graph.initializers.get(name);
    if (!initializer) throw notMade(graph.nodes, added, name);
    const own = addInitializer(builder, name, initializer);
    names.set(name, own);
    return own;
  };
  for (const node of graph.nodes) {
    if (!needed.has(node)) continue;
    const made = addNode(builder, node, node.inputs.map(lookUp), opset);
    added.add(node);
    node.outputs.forEach((output, i) => {
      if (output !== '' && made[i] !== undefined) names.set(output, made[i]);
    });
  }
  for (const output of outputs) lookUp(output);
  return names;
}

function notMade(nodes: readonly Node[], added: ReadonlySet<Node>, name: string): PtuneError {
  const maker = nodes.find(({ outputs }) => outputs.includes(name));
  if (!maker || !added.has(maker)) {
    return new PtuneError('bug/invariant', `The value "${name}" is used before it is made.`);
  }
  return new PtuneError(
    'onnx/unsupported-operator',
    `Node "${maker.name}" (${operatorName(maker)}): Its output ${maker.outputs.indexOf(name)} is not supported.`,
    'Export the model without optimisation.',
  );
}

/** The nodes on which `outputs` depend, not looking behind `bound` values. */
function neededNodes(
  nodes: readonly Node[],
  bound: ReadonlySet<string>,
  outputs: readonly string[],
): Set<Node> {
  const wanted = new Set(outputs);
  const needed = new Set<Node>();
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((o) => wanted.has(o) && !bound.has(o))) continue;
    needed.add(node);
    for (const name of node.inputs) if (name !== '' && !bound.has(name)) wanted.add(name);
  }
  return needed;
}

/** Operators that are rewritten away, beside those that `operators` knows. */
const rewritten = new Set(['Dropout']);

function assertKnown(nodes: readonly Node[]): void {
  const unknown = new Map<string, Node[]>();
  for (const node of nodes) {
    const name = operatorName(node);
    if (lowerings[name] || operators[name] || rewritten.has(name)) continue;
    unknown.set(name, [...(unknown.get(name) ?? []), node]);
  }
  if (unknown.size === 0) return;
  const list = [...unknown].map(
    ([name, [first, ...others]]) => `${name} (${others.length + 1} ×, first node "${first!.name}")`,
  );
  throw new PtuneError(
    'onnx/unsupported-operator',
    `The model has ${counted(unknown.size, 'operator')} that ${unknown.size === 1 ? 'is' : 'are'} not supported: ${list.join(', ')}.`,
    'Use the file that was exported without optimisation or quantisation, as a rule onnx/model.onnx.',
  );
}

function addNode(
  builder: GraphBuilder,
  node: Node,
  inputs: readonly string[],
  opset: number,
): readonly (string | undefined)[] {
  try {
    return lower(builder, node, inputs) ?? addCurrent(builder, node, inputs, opset);
  } catch (error) {
    const { code, message, nextStep } = toPtuneError(error);
    throw new PtuneError(
      code === 'bug/invariant' ? 'onnx/no-shape' : code,
      `Node "${node.name}" (${operatorName(node)}): ${message}`,
      nextStep ?? 'Run "ptune models verify" on the model\'s folder for the whole list.',
      error,
    );
  }
}

/** Operators whose axes were an attribute before they became an input, with the version of change. */
const axesBecameInput: Readonly<Record<string, number>> = {
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
function addCurrent(
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
