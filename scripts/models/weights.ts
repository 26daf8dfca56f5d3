/** What the definitions of the bundled models have in common: a graph and the weights it takes. */
import type { Random } from '../../src/base/random.ts';
import type { Attributes, Graph, Node } from '../../src/onnx/graph.ts';
import { sizeOf, type Constant, type Shape } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';

/** A weight with its shape and how it starts. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly start: 'normal' | 'ones' | 'zeros';
}

/** The graph without its weights, and what these are. */
export interface ModelDefinition {
  readonly graph: Graph;
  readonly weights: readonly WeightSpec[];
  /** Version of the standard operator set that the graph is written in. */
  readonly opset: number;
  /** Whether a position sees only what stands before it. */
  readonly causal: boolean;
}

/** A standard deviation of 0.02, as BERT's and GPT-2's. */
export function startingWeights(spec: WeightSpec, random: Random): Float32Array {
  const size = sizeOf(spec.shape);
  switch (spec.start) {
    case 'ones':
      return new Float32Array(size).fill(1);
    case 'zeros':
      return new Float32Array(size);
    case 'normal':
      return Float32Array.from({ length: size }, () => 0.02 * random.normal());
  }
}

/** The bytes of an ONNX file: the definition with its weights inside. */
export function modelBytes(
  definition: ModelDefinition,
  weights: ReadonlyMap<string, Float32Array>,
): Uint8Array {
  return writeModel(definition.graph, {
    opset: definition.opset,
    rawInitializers: definition.weights.map(({ name, shape }) => {
      const { buffer, byteOffset, byteLength } = weights.get(name)!;
      const bytes = new Uint8Array(buffer, byteOffset, byteLength);
      return { name, dtype: 'float32', shape, bytes };
    }),
  });
}

/** Nodes, weights and constants of a graph while it is written down. */
export class GraphParts {
  readonly nodes: Node[] = [];
  readonly weights: WeightSpec[] = [];
  readonly constants = new Map<string, Constant>();

  /** Adds a node with one output; returns the output's name. */
  op(op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): string {
    return this.ops(op, inputs, [output], attributes)[0]!;
  }

  /** Adds a node; returns the names of its outputs. */
  ops(
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Attributes = {},
  ): readonly string[] {
    this.nodes.push({ op, domain: '', name: outputs[0]!, inputs, outputs, attributes });
    return outputs;
  }

  weight(name: string, shape: Shape, start: WeightSpec['start'] = 'normal'): string {
    this.weights.push({ name, shape, start });
    return name;
  }

  /** A list of whole numbers. */
  ints(name: string, values: readonly number[]): string {
    const data = Float64Array.from(values);
    this.constants.set(name, { dtype: 'int64', shape: [values.length], data });
    return name;
  }

  scalar(name: string, value: number, dtype: 'float32' | 'int64' = 'float32'): string {
    this.constants.set(name, { dtype, shape: [], data: Float64Array.of(value) });
    return name;
  }

  /** `x` times a weight plus a bias, [from] → [to] on the last axis. */
  linear(x: string, name: string, from: number, to: number): string {
    const weight = this.weight(`${name}.weight`, [from, to]);
    const bias = this.weight(`${name}.bias`, [to], 'zeros');
    const product = this.op('MatMul', [x, weight], `${name}.product`);
    return this.op('Add', [product, bias], `${name}.sum`);
  }
}
