/**
 * Builds graphs whose shapes are concrete. Each node's output types are inferred as it is added, and
 * what is constant is computed at once, so that shape arithmetic leaves no node behind.
 */
import { PtuneError, invariant } from '../base/errors.ts';
import { int, type Attributes, type Graph, type Node } from './graph.ts';
import { operators } from './operators/index.ts';
import { changesNothing } from './unchanged.ts';
import { shapePart } from './operators/indexing.ts';
import { maximumFoldedElements, maximumValueBytes } from './limits.ts';
import {
  decodeElements,
  dtypes,
  formatShape,
  isFloat,
  isPossible,
  isStored,
  sizeOf,
  type Constant,
  type DType,
  type Shape,
  type StoredTensor,
  type TensorType,
} from './tensor.ts';

/** Results up to this many elements are folded; larger ones are left to the engine. */
const foldElements = 1 << 16;

/** Small weights up to this many elements count as constants. */
const loadElements = 4096;

export interface BuilderOptions {
  /** Reads the bytes of stored weights, needed to fold small ones. */
  readonly readStored?: (tensor: StoredTensor) => Uint8Array;
}

/**
 * A graph under construction. Values are named by strings; methods that add a node return the names
 * of its outputs. A name may stand for another one where a node would change nothing.
 */
export class GraphBuilder {
  readonly #types = new Map<string, TensorType>();
  readonly #constants = new Map<string, Constant>();
  readonly #stored = new Map<string, StoredTensor>();
  readonly #inputs: string[] = [];
  readonly #nodes: Node[] = [];
  /** Index of each node by its first output. */
  readonly #places = new Map<string, number>();
  readonly #readStored: BuilderOptions['readStored'];
  /** Names of constants by content, so that equal ones are kept once. */
  readonly #known = new Map<string, string>();
  /** The file's node that each node was made for, by first output. */
  readonly #origins = new Map<string, string>();
  #origin = '';
  #counter = 0;
  /** What folding has cost, in elements. */
  #folded = 0;

  constructor(options: BuilderOptions = {}) {
    this.#readStored = options.readStored;
  }

  /** The nodes so far, in topological order. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  get inputs(): readonly string[] {
    return this.#inputs;
  }

  /** The node whose first output is `name`. */
  makerOf(name: string): Node | undefined {
    const place = this.#places.get(name);
    return place === undefined ? undefined : this.#nodes[place];
  }

  /** What `add` gives; the nodes that it adds stand for the node `name` of a file. */
  standingFor<T>(name: string, add: () => T): T {
    const before = this.#origin;
    this.#origin = name || before;
    try {
      return add();
    } finally {
      this.#origin = before;
    }
  }

  /** The name of the file's node that a node stands for; its own where it stands for none. */
  originOf(node: Node): string {
    return this.#origins.get(node.outputs[0]!) ?? node.name;
  }

  /** Adds a graph input. */
  input(name: string, dtype: DType, shape: Shape): string {
    invariant(!this.#types.has(name), `The name "${name}" is taken.`);
    this.#types.set(name, { dtype, shape });
    this.#inputs.push(name);
    return name;
  }

  /** Adds a weight that stays in the model's file; the same one is added once. */
  stored(name: string, tensor: StoredTensor): string {
    // A prefix keeps the names of the model's weights apart from those of inputs and outputs.
    let own = `model ${name}`;
    const known = this.#stored.get(own);
    if (known?.location === tensor.location && known.offset === tensor.offset) return own;
    if (this.#types.has(own)) own = this.fresh(own);
    this.#stored.set(own, tensor);
    this.#types.set(own, { dtype: tensor.dtype, shape: tensor.shape });
    return own;
  }

  /** Adds a constant; equal ones share a name. */
  constant(dtype: DType, shape: Shape, data: ArrayLike<number>): string {
    const rounded =
      dtype === 'float32' ? Float64Array.from(data, Math.fround) : Float64Array.from(data);
    invariant(rounded.length === sizeOf(shape), 'A constant has as many elements as its shape.');
    const key =
      rounded.length <= 16
        ? `${dtype}:${shape.join()}:${Array.from(rounded, exact).join()}`
        : undefined;
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known !== undefined) return known;
    const name = this.fresh('constant');
    this.#constants.set(name, { dtype, shape, data: rounded });
    this.#types.set(name, { dtype, shape });
    if (key !== undefined) this.#known.set(key, name);
    return name;
  }

  /** A constant of one element without axes. */
  scalar(value: number, dtype: DType = 'float32'): string {
    return this.constant(dtype, [], [value]);
  }

  /** A list of int64, as operators take shapes and axes. */
  ints(values: readonly number[]): string {
    return this.constant('int64', [values.length], values);
  }

  /** A tensor of one repeated value. */
  filled(value: number, shape: Shape, dtype: DType = 'float32'): string {
    if (sizeOf(shape) <= 16) {
      return this.constant(dtype, shape, new Array<number>(sizeOf(shape)).fill(value));
    }
    const element: Constant = { dtype, shape: [1], data: Float64Array.of(value) };
    return this.#add('ConstantOfShape', [this.ints(shape)], {
      value: { kind: 'tensor', value: element },
    })[0]!;
  }

  typeOf(name: string): TensorType {
    const type = this.#types.get(name);
    invariant(type, `There is no value "${name}".`);
    return type;
  }

  shapeOf(name: string): Shape {
    return this.typeOf(name).shape;
  }

  has(name: string): boolean {
    return this.#types.has(name);
  }

  /** The value of a constant, or of a small stored weight; undefined for what only a run knows. */
  constantOf(name: string): Constant | undefined {
    const constant = this.#constants.get(name);
    if (constant) return constant;
    const stored = this.#stored.get(name);
    if (!stored || !this.#readStored || sizeOf(stored.shape) > loadElements) return undefined;
    const { dtype, shape } = stored;
    return { dtype, shape, data: decodeElements(dtype, this.#readStored(stored)) };
  }

  /** A name that is not taken, made from `hint`. */
  fresh(hint: string): string {
    let name: string;
    do name = `${hint}.${++this.#counter}`;
    while (this.#types.has(name));
    return name;
  }

  /** Adds a node with one output and returns the output's name. */
  op(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.ops(op, inputs, 1, attributes)[0]!;
  }

  /** Adds a node with `outputs` outputs and returns their names. */
  ops(
    op: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Attributes = {},
  ): string[] {
    const same = outputs === 1 ? this.#unchanged(op, inputs, attributes) : undefined;
    if (same !== undefined) return [same];
    return (
      this.#fold(op, inputs, attributes, outputs) ?? this.#add(op, inputs, attributes, outputs)
    );
  }

  /** Turns an existing node's list of outputs into a longer one, for statistics it can give. */
  extendOutputs(node: Node, count: number): string[] {
    const index = this.#places.get(node.outputs[0]!);
    invariant(index !== undefined, 'The node is not of this graph.');
    const types = this.#infer(node.op, node.inputs, node.attributes, count);
    const outputs = Array.from({ length: count }, (_, i) => {
      const name = node.outputs[i] || this.fresh(node.op);
      this.#types.set(name, types[i]!);
      return name;
    });
    this.#nodes[index] = { ...node, outputs };
    return outputs;
  }

  /** The finished graph: what `outputs` need, in order, with nothing else in it. */
  build(outputs: Readonly<Record<string, string>>): Graph {
    const needed = new Set(Object.values(outputs));
    const nodes: Node[] = [];
    for (const own of this.#nodes.toReversed()) {
      if (!own.outputs.some((o) => needed.has(o))) continue;
      const node = executable(own);
      nodes.push(node);
      for (const name of node.inputs) if (name) needed.add(name);
      for (const name of node.outputs) this.#assertFits(name);
    }
    nodes.reverse();
    for (const [name, value] of Object.entries(outputs)) nodes.push(alias(value, name));
    const initializers = new Map<string, Constant | StoredTensor>();
    for (const name of needed) {
      const value = this.#constants.get(name) ?? this.#stored.get(name);
      if (value) initializers.set(name, value);
    }
    return {
      name: 'ptune',
      inputs: this.#inputs
        .filter((name) => needed.has(name))
        .map((name) => ({ name, ...this.typeOf(name) })),
      outputs: Object.entries(outputs).map(([name, value]) => ({ name, ...this.typeOf(value) })),
      nodes,
      initializers,
    };
  }

  #assertFits(name: string): void {
    const type = this.#types.get(name);
    if (!type || sizeOf(type.shape) * dtypes[type.dtype].size <= maximumValueBytes) return;
    throw new PtuneError(
      'model/unsupported',
      `The model makes a value of shape ${formatShape(type.shape)}, which no memory holds.`,
      'Use shorter inputs or a smaller batchSize; if the model asks for it alone, its file is damaged.',
    );
  }

  #add(op: string, inputs: readonly string[], attributes: Attributes, count = 1): string[] {
    const types = this.#infer(op, inputs, attributes, count);
    const outputs = types.map((type) => {
      const name = this.fresh(op);
      this.#types.set(name, type);
      return name;
    });
    this.#places.set(outputs[0]!, this.#nodes.length);
    if (this.#origin !== '') this.#origins.set(outputs[0]!, this.#origin);
    this.#nodes.push({ op, domain: '', name: outputs[0]!, inputs, outputs, attributes });
    return outputs;
  }

  #infer(op: string, inputs: readonly string[], attributes: Attributes, outputs: number) {
    const types = operatorOf(op).infer({
      attributes,
      types: inputs.map((name) => (name ? this.typeOf(name) : undefined)),
      constants: inputs.map((name) => (name ? this.#small(name) : undefined)),
      outputs,
    });
    assertPossible(types);
    return types;
  }

  /** Constants that integers are read from; weights are not loaded for it. */
  #small(name: string): Constant | undefined {
    return isFloat(this.typeOf(name).dtype) ? this.#constants.get(name) : this.constantOf(name);
  }

  /** The value itself where the node would change nothing. */
  #unchanged(op: string, inputs: readonly string[], attributes: Attributes): string | undefined {
    const input = inputs[0];
    if (input === undefined || input === '') return undefined;
    if (op === 'Identity') return input;
    const type = this.typeOf(input);
    const result = () => this.#infer(op, inputs, attributes, 1)[0]!.shape;
    return changesNothing({ op, attributes, inputs }, type, result) ? input : undefined;
  }

  #fold(
    op: string,
    inputs: readonly string[],
    attributes: Attributes,
    outputs: number,
  ): string[] | undefined {
    if (op === 'Shape') {
      return [this.ints(shapePart(this.typeOf(inputs[0]!), attributes))];
    }
    if (op === 'Size') return [this.scalar(sizeOf(this.shapeOf(inputs[0]!)), 'int64')];
    const constants: (Constant | undefined)[] = [];
    for (const name of inputs) {
      const constant = name ? this.constantOf(name) : undefined;
      if (name && !constant) return undefined;
      constants.push(constant);
    }
    const operator = operatorOf(op);
    const types = operator.infer({ attributes, constants, types: constants, outputs });
    assertPossible(types);
    if (types.some((t) => sizeOf(t.shape) > foldElements)) return undefined;
    this.#folded += effortOf(op, constants, types);
    if (this.#folded > maximumFoldedElements) return undefined;
    const isEmpty = types.every((t) => sizeOf(t.shape) === 0);
    const values = isEmpty
      ? types.map(() => new Float64Array())
      : operator.compute({ attributes, inputs: constants, types });
    return values.map((data, i) => {
      const { dtype, shape } = types[i]!;
      invariant(isFloat(dtype) || !data.some(Number.isNaN), 'Its value would be no whole number.');
      return this.constant(dtype, shape, data);
    });
  }
}

function assertPossible(types: readonly TensorType[]): void {
  for (const { shape } of types) {
    invariant(isPossible(shape), `The shape of its output would be ${formatShape(shape)}.`);
  }
}

/** What computing a node costs, in elements that are read or written. */
function effortOf(
  op: string,
  inputs: readonly (Constant | undefined)[],
  types: readonly TensorType[],
): number {
  const written = types.reduce((sum, { shape }) => sum + sizeOf(shape), 1);
  const inner = op === 'MatMul' || op === 'Gemm' ? Math.max(1, ...inputs[0]!.shape.slice(-2)) : 1;
  return inputs.reduce((sum, input) => sum + (input?.data.length ?? 0) + written * inner, written);
}

/** A number as text, the sign of zero included. */
const exact = (x: number) => (Object.is(x, -0) ? '-0' : String(x));

/** The node as it is run: where value and gradient part, only the value is left. */
function executable(node: Node): Node {
  if (node.op !== 'StraightThrough') return node;
  return { ...node, op: 'Identity', inputs: node.inputs.slice(0, 1) };
}

function alias(value: string, name: string): Node {
  return {
    op: 'Identity',
    domain: '',
    name: `output ${name}`,
    inputs: [value],
    outputs: [name],
    attributes: {},
  };
}

function operatorOf(op: string) {
  const operator = operators[op];
  if (!operator) {
    throw new PtuneError(
      'onnx/unsupported-operator',
      `The operator "${op}" is not supported.`,
      'See docs/operators.md for those that are; "ptune models verify" lists what stands in the way.',
    );
  }
  return operator;
}

/** Adds a constant or stored tensor of a file to a builder. */
export function addInitializer(
  builder: GraphBuilder,
  name: string,
  value: Constant | StoredTensor,
): string {
  return isStored(value)
    ? builder.stored(name, value)
    : builder.constant(value.dtype, value.shape, value.data);
}

/** The attribute that Cast takes for a target type. */
export const castTo = (dtype: DType): Attributes => ({ to: int(dtypes[dtype].code) });
