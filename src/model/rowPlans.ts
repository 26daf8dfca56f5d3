/**
 * How a node of a language model is made for some positions only: most operators treat each position
 * alone, so what they make at a position needs only what stands there.
 */
import type { GraphBuilder } from '../onnx/builder.ts';
import { int, intAttribute, type Node } from '../onnx/graph.ts';
import { elementwise } from '../onnx/operators/elementwise.ts';
import { normalizeAxis, type Shape } from '../onnx/tensor.ts';

/** Operators that keep the elements of each position together. */
const relabels = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity']);

/** How a value is made at the chosen positions from values at them. */
export interface RowPlan {
  /** Inputs of the node whose rows are needed. */
  readonly from: readonly string[];
  /** Adds the node for these rows, each input [chosen, …], and gives its output. */
  readonly make: (rows: readonly string[]) => string;
}

/** Plans for values whose leading axes are `count` positions, of which `chosen` are wanted. */
export class RowPlans {
  readonly #builder: GraphBuilder;
  readonly #count: number;
  readonly #chosen: number;

  constructor(builder: GraphBuilder, count: number, chosen: number) {
    this.#builder = builder;
    this.#count = count;
    this.#chosen = chosen;
  }

  /** How many leading axes are the positions, or undefined when no boundary of axes fits. */
  lead(shape: Shape): number | undefined {
    let product = 1;
    for (let k = 0; k < shape.length; k++) {
      product *= shape[k]!;
      if (product === this.#count) return k + 1;
    }
    return undefined;
  }

  /** How the node is made at the chosen positions, or undefined when it mixes positions. */
  planOf(node: Node): RowPlan | undefined {
    const { op } = node;
    const shape = this.#builder.shapeOf(node.outputs[0]!);
    const lead = this.lead(shape);
    if (lead === undefined) return undefined;
    if (relabels.has(op)) return this.#relabelled(node, shape.slice(lead));
    if (op in elementwise) return this.#elementwise(node, shape, lead);
    switch (op) {
      case 'MatMul':
      case 'Gemm':
        return this.#product(node, lead);
      case 'LayerNormalization':
      case 'Softmax':
      case 'LogSoftmax':
        return this.#alongAxes(node, shape.length, lead);
      case 'ReduceMax':
      case 'ReduceMean':
      case 'ReduceSum':
        return this.#reduced(node, lead);
      default:
        return undefined;
    }
  }

  /** A node that is made again, with some of its inputs at the chosen positions. */
  #again(node: Node, from: readonly string[], attributes = node.attributes): RowPlan {
    return {
      from,
      make: (chosen) => {
        const rows = new Map(from.map((name, i) => [name, chosen[i]!]));
        const inputs = node.inputs.map((name) => rows.get(name) ?? name);
        return this.#builder.op(node.op, inputs, attributes);
      },
    };
  }

  #relabelled(node: Node, rest: Shape): RowPlan | undefined {
    const input = node.inputs[0]!;
    if (this.lead(this.#builder.shapeOf(input)) === undefined) return undefined;
    const to = this.#builder.ints([this.#chosen, ...rest]);
    return {
      from: [input],
      make: ([rows]) => this.#builder.op('Reshape', [rows!, to], { allowzero: int(1) }),
    };
  }

  #elementwise(node: Node, shape: Shape, lead: number): RowPlan | undefined {
    const from: string[] = [];
    for (const name of node.inputs) {
      const own = name === '' ? [] : this.#builder.shapeOf(name);
      if (own.length <= shape.length - lead) continue;
      if (own.length !== shape.length || own.some((n, i) => i < lead && n !== shape[i])) {
        return undefined;
      }
      from.push(name);
    }
    return this.#again(node, from);
  }

  #product(node: Node, lead: number): RowPlan | undefined {
    const [a, b, bias] = node.inputs;
    const left = this.#builder.shapeOf(a!);
    const flat = left.length - 1 === lead && this.#builder.shapeOf(b!).length === 2;
    if (!flat || intAttribute(node.attributes, 'transA', 0) === 1) return undefined;
    if (bias && this.#builder.shapeOf(bias).length > 1) return undefined;
    return a === b ? undefined : this.#again(node, [a!]);
  }

  #alongAxes(node: Node, rank: number, lead: number): RowPlan | undefined {
    const axis = normalizeAxis(intAttribute(node.attributes, 'axis', -1), rank);
    if (axis < lead || node.outputs.length > 1) return undefined;
    return this.#again(node, [node.inputs[0]!], { ...node.attributes, axis: int(axis - rank) });
  }

  #reduced(node: Node, lead: number): RowPlan | undefined {
    const rank = this.#builder.shapeOf(node.inputs[0]!).length;
    const axes = node.inputs[1] && this.#builder.constantOf(node.inputs[1])?.data;
    if (!axes || intAttribute(node.attributes, 'keepdims', 1) === 0) return undefined;
    const own = Array.from(axes, (axis) => normalizeAxis(axis, rank));
    if (own.some((axis) => axis < lead)) return undefined;
    const fromBack = this.#builder.ints(own.map((axis) => axis - rank));
    return {
      from: [node.inputs[0]!],
      make: ([rows]) => this.#builder.op(node.op, [rows!, fromBack], node.attributes),
    };
  }
}
