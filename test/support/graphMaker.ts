/** Writes ONNX graphs by hand, node after node, in whatever operator set a test needs. */
import type { Random } from '../../src/base/random.ts';
import { readModel } from '../../src/onnx/read.ts';
import {
  int,
  type Attribute,
  type Attributes,
  type Graph,
  type Model,
  type Node,
  type ValueInfo,
} from '../../src/onnx/graph.ts';
import {
  dtypes,
  encodeElements,
  sizeOf,
  type Constant,
  type DType,
  type Shape,
} from '../../src/onnx/tensor.ts';
import { writeModel, type RawInitializer } from '../../src/onnx/write.ts';

/** A graph under construction; every value keeps the name it is given. */
export class GraphMaker {
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, Constant>();
  readonly #weights: RawInitializer[] = [];
  readonly #floats: 'float32' | 'float16';
  #counter = 0;

  /** `floats`: what stands in the file for every float32. */
  constructor(floats: 'float32' | 'float16' = 'float32') {
    this.#floats = floats;
  }

  /** Adds a node and returns the name of its first output. */
  op(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.ops(op, inputs, 1, attributes)[0]!;
  }

  /** Adds a node with `count` outputs. */
  ops(
    op: string,
    inputs: readonly string[],
    count: number,
    attributes: Attributes = {},
    domain = '',
  ): string[] {
    const name = `/${op}_${++this.#counter}`;
    const outputs = Array.from({ length: count }, (_, i) => `${name}_output_${i}`);
    const to = attributes.to?.kind === 'int' && attributes.to.value === dtypes.float32.code;
    const own = to ? { ...attributes, to: int(dtypes[this.#floats].code) } : attributes;
    this.#nodes.push({ op, domain, name, inputs, outputs, attributes: own });
    return outputs;
  }

  /** Adds a node whose outputs have these names. */
  named(
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Attributes = {},
  ): void {
    this.#nodes.push({ op, domain: '', name: outputs[0]!, inputs, outputs, attributes });
  }

  /** Gives a value the name of an output of the graph. */
  name(value: string, name: string): void {
    const inputs = [value];
    this.#nodes.push({ op: 'Identity', domain: '', name, inputs, outputs: [name], attributes: {} });
  }

  /** A small constant, kept as an initializer. */
  constant(dtype: DType, shape: Shape, data: readonly number[]): string {
    const name = `constant_${++this.#counter}`;
    const own = dtype === 'float32' ? this.#floats : dtype;
    this.#constants.set(name, { dtype: own, shape, data: Float64Array.from(data) });
    return name;
  }

  ints(values: readonly number[]): string {
    return this.constant('int64', [values.length], values);
  }

  scalar(value: number, dtype: DType = 'float32'): string {
    return this.constant(dtype, [], [value]);
  }

  /** A weight of the file with these values. */
  weight(name: string, shape: Shape, data: Float32Array): string {
    const bytes = encodeElements(this.#floats, Float64Array.from(data));
    this.#weights.push({ name, dtype: this.#floats, shape, bytes });
    return name;
  }

  /** A weight drawn from N(0, spread²) around `mean`. */
  drawn(name: string, shape: Shape, random: Random, spread: number, mean = 0): string {
    const draw = () => mean + spread * random.normal();
    return this.weight(name, shape, Float32Array.from({ length: sizeOf(shape) }, draw));
  }

  /** The nodes as a branch of another graph, in which the weights lie. */
  branch(outputs: readonly ValueInfo[]): Attribute {
    const graph: Graph = {
      name: 'branch',
      inputs: [],
      outputs,
      nodes: this.#nodes,
      initializers: this.#constants,
    };
    return { kind: 'graph', value: graph };
  }

  get weights(): readonly RawInitializer[] {
    return this.#weights;
  }

  /** The bytes of the file. */
  bytes(
    inputs: readonly ValueInfo[],
    outputs: readonly ValueInfo[],
    opset: number,
    name = 'test',
    weights: readonly RawInitializer[] = [],
  ): Uint8Array {
    const graph: Graph = {
      name,
      inputs,
      outputs,
      nodes: this.#nodes,
      initializers: this.#constants,
    };
    return writeModel(graph, { opset, rawInitializers: [...this.#weights, ...weights] });
  }
}

/** Reads bytes that stand in no file; there is nothing beside them. */
export function readBytes(bytes: Uint8Array, fileName = 'model.onnx'): Model {
  return readModel({
    fileName,
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
    locate: (name) => (name === fileName ? { name, size: bytes.length } : undefined),
    readPart: (_, offset, length) => bytes.subarray(offset, offset + length),
  });
}
