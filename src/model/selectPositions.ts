/**
 * Computes a model's last layers at a few positions only. A value at chosen positions is made from
 * its inputs at these positions, as far up as each position is treated alone; a prompt is scored at
 * its answer, so the head's product with the whole vocabulary is not made for every other token.
 */
import type { GraphBuilder } from '../onnx/builder.ts';
import { int, intAttribute, type Node } from '../onnx/graph.ts';
import { elementwise } from '../onnx/operators/elementwise.ts';
import { normalizeAxis, sizeOf, type Shape } from '../onnx/tensor.ts';

/** Operators that keep the elements of each position together. */
const relabels = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity']);

/** Nodes that are made again one above the other; a head has some twenty. */
const maximumDepth = 200;

/**
 * The rows of `value` at `positions`.
 *
 * @param value      [B, T, …], float32
 * @param positions  int64 [M], each b·T + t
 * @returns          [M, …]
 */
export function selectPositions(builder: GraphBuilder, value: string, positions: string): string {
  const [batch, length] = builder.shapeOf(value) as [number, number];
  const rows = new Selection(builder, positions, batch * length).at(value);
  const count = sizeOf(builder.shapeOf(positions));
  return builder.op('Reshape', [rows, builder.ints([count, ...builder.shapeOf(value).slice(2)])]);
}

class Selection {
  readonly #builder: GraphBuilder;
  readonly #positions: string;
  /** Number of positions, B·T. */
  readonly #count: number;
  readonly #makers: ReadonlyMap<string, Node>;
  readonly #done = new Map<string, string>();
  #depth = 0;

  constructor(builder: GraphBuilder, positions: string, count: number) {
    this.#builder = builder;
    this.#positions = positions;
    this.#count = count;
    this.#makers = new Map(builder.nodes.map((node) => [node.outputs[0]!, node]));
  }

  /** The value at the chosen positions. */
  at(name: string): string {
    const done = this.#done.get(name);
    if (done !== undefined) return done;
    const node = this.#depth < maximumDepth ? this.#makers.get(name) : undefined;
    this.#depth++;
    const result = (node && this.#through(node)) ?? this.#gathered(name);
    this.#depth--;
    this.#done.set(name, result);
    return result;
  }

  /** How many leading axes are the positions, or undefined when no boundary of axes fits. */
  #lead(shape: Shape): number | undefined {
    let product = 1;
    for (let k = 0; k < shape.length; k++) {
      product *= shape[k]!;
      if (product === this.#count) return k + 1;
    }
    return undefined;
  }

  #gathered(name: string): string {
    const shape = this.#builder.shapeOf(name);
    const rest = shape.slice(this.#lead(shape) ?? shape.length);
    const to = this.#builder.ints([this.#count, ...rest]);
    const rows = this.#builder.op('Reshape', [name, to], { allowzero: int(1) });
    return this.#builder.op('Gather', [rows, this.#positions], { axis: int(0) });
  }

  /** The node made again at the chosen positions, or undefined when it mixes positions. */
  #through(node: Node): string | undefined {
    const { op } = node;
    const shape = this.#builder.shapeOf(node.outputs[0]!);
    const lead = this.#lead(shape);
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

  #relabelled(node: Node, rest: Shape): string | undefined {
    const input = node.inputs[0]!;
    if (this.#lead(this.#builder.shapeOf(input)) === undefined) return undefined;
    const count = sizeOf(this.#builder.shapeOf(this.#positions));
    return this.#builder.op('Reshape', [this.at(input), this.#builder.ints([count, ...rest])]);
  }

  #elementwise(node: Node, shape: Shape, lead: number): string | undefined {
    const inputs: string[] = [];
    for (const name of node.inputs) {
      const own = name === '' ? [] : this.#builder.shapeOf(name);
      if (own.length <= shape.length - lead) inputs.push(name);
      else if (own.length === shape.length && own.every((n, i) => i >= lead || n === shape[i]))
        inputs.push(this.at(name));
      else return undefined;
    }
    return this.#builder.op(node.op, inputs, node.attributes);
  }

  #product(node: Node, lead: number): string | undefined {
    const [a, b, bias] = node.inputs;
    const left = this.#builder.shapeOf(a!);
    const flat = left.length - 1 === lead && this.#builder.shapeOf(b!).length === 2;
    if (!flat || intAttribute(node.attributes, 'transA', 0) === 1) return undefined;
    if (bias && this.#builder.shapeOf(bias).length > 1) return undefined;
    return this.#builder.op(node.op, [this.at(a!), ...node.inputs.slice(1)], node.attributes);
  }

  #alongAxes(node: Node, rank: number, lead: number): string | undefined {
    const axis = normalizeAxis(intAttribute(node.attributes, 'axis', -1), rank);
    if (axis < lead || node.outputs.length > 1) return undefined;
    const inputs = [this.at(node.inputs[0]!), ...node.inputs.slice(1)];
    return this.#builder.op(node.op, inputs, { ...node.attributes, axis: int(axis - rank) });
  }

  #reduced(node: Node, lead: number): string | undefined {
    const rank = this.#builder.shapeOf(node.inputs[0]!).length;
    const axes = node.inputs[1] && this.#builder.constantOf(node.inputs[1])?.data;
    if (!axes || intAttribute(node.attributes, 'keepdims', 1) === 0) return undefined;
    const own = Array.from(axes, (axis) => normalizeAxis(axis, rank));
    if (own.some((axis) => axis < lead)) return undefined;
    const fromBack = this.#builder.ints(own.map((axis) => axis - rank));
    return this.#builder.op(node.op, [this.at(node.inputs[0]!), fromBack], node.attributes);
  }
}
