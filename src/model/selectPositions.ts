/**
 * Computes a model's last layers at a few positions only. A value at chosen positions is made from
 * its inputs at these positions, as far up as each position is treated alone and nothing needs the
 * inputs at all positions anyway; a prompt is scored at its answer, so the head's product with the
 * whole vocabulary is not made for every other token.
 */
import type { GraphBuilder } from '../onnx/builder.ts';
import { int, intAttribute, type Node } from '../onnx/graph.ts';
import { elementwise } from '../onnx/operators/elementwise.ts';
import { normalizeAxis, sizeOf, type Shape } from '../onnx/tensor.ts';

/** Operators that keep the elements of each position together. */
const relabels = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity']);

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

/** How a value is made at the chosen positions from values at them. */
interface Plan {
  readonly from: readonly string[];
  readonly make: (chosen: readonly string[]) => string;
}

class Selection {
  readonly #builder: GraphBuilder;
  readonly #positions: string;
  /** Number of positions, B·T. */
  readonly #count: number;
  /** The nodes before the selection, by their first output. */
  readonly #makers: ReadonlyMap<string, Node>;

  constructor(builder: GraphBuilder, positions: string, count: number) {
    this.#builder = builder;
    this.#positions = positions;
    this.#count = count;
    this.#makers = new Map(builder.nodes.map((node) => [node.outputs[0]!, node]));
  }

  /** The value at the chosen positions. */
  at(value: string): string {
    // What mixes positions needs everything above it in full; there, rows are taken of what is made.
    const mixing = [...this.#reached(value, new Set())].filter(([, plan]) => plan === undefined);
    const full = this.#needed(mixing.map(([name]) => name));
    const done = new Map<string, string>();
    for (const [name, plan] of this.#reached(value, full)) {
      const chosen = plan?.make(plan.from.map((input) => done.get(input)!));
      done.set(name, chosen ?? this.#gathered(name));
    }
    return done.get(value)!;
  }

  /** The values to take rows of, inputs first; those in `full` have no plan. */
  #reached(value: string, full: ReadonlySet<string>): Map<string, Plan | undefined> {
    const plans = new Map<string, Plan | undefined>();
    const result = new Map<string, Plan | undefined>();
    const stack = [value];
    while (stack.length > 0) {
      const name = stack.at(-1)!;
      if (!plans.has(name)) {
        const node = full.has(name) ? undefined : this.#makers.get(name);
        plans.set(name, node && this.#planOf(node));
        stack.push(...(plans.get(name)?.from ?? []));
        continue;
      }
      stack.pop();
      if (!result.has(name)) result.set(name, plans.get(name));
    }
    return result;
  }

  /** These values and all that they are made from. */
  #needed(values: readonly string[]): Set<string> {
    const needed = new Set(values);
    for (const node of this.#builder.nodes.toReversed()) {
      if (!node.outputs.some((output) => needed.has(output))) continue;
      for (const input of node.inputs) needed.add(input);
    }
    return needed;
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

  /** How the node is made at the chosen positions, or undefined when it mixes positions. */
  #planOf(node: Node): Plan | undefined {
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

  /** A node that is made again, with some of its inputs at the chosen positions. */
  #again(node: Node, from: readonly string[], attributes = node.attributes): Plan {
    return {
      from,
      make: (chosen) => {
        const rows = new Map(from.map((name, i) => [name, chosen[i]!]));
        const inputs = node.inputs.map((name) => rows.get(name) ?? name);
        return this.#builder.op(node.op, inputs, attributes);
      },
    };
  }

  #relabelled(node: Node, rest: Shape): Plan | undefined {
    const input = node.inputs[0]!;
    if (this.#lead(this.#builder.shapeOf(input)) === undefined) return undefined;
    const count = sizeOf(this.#builder.shapeOf(this.#positions));
    return {
      from: [input],
      make: ([rows]) => this.#builder.op('Reshape', [rows!, this.#builder.ints([count, ...rest])]),
    };
  }

  #elementwise(node: Node, shape: Shape, lead: number): Plan | undefined {
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

  #product(node: Node, lead: number): Plan | undefined {
    const [a, b, bias] = node.inputs;
    const left = this.#builder.shapeOf(a!);
    const flat = left.length - 1 === lead && this.#builder.shapeOf(b!).length === 2;
    if (!flat || intAttribute(node.attributes, 'transA', 0) === 1) return undefined;
    if (bias && this.#builder.shapeOf(bias).length > 1) return undefined;
    return a === b ? undefined : this.#again(node, [a!]);
  }

  #alongAxes(node: Node, rank: number, lead: number): Plan | undefined {
    const axis = normalizeAxis(intAttribute(node.attributes, 'axis', -1), rank);
    if (axis < lead || node.outputs.length > 1) return undefined;
    return this.#again(node, [node.inputs[0]!], { ...node.attributes, axis: int(axis - rank) });
  }

  #reduced(node: Node, lead: number): Plan | undefined {
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
