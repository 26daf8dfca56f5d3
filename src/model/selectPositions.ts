/**
 * Computes a model's last layers at a few positions only. A value at chosen positions is made from
 * its inputs at these positions, as far up as each position is treated alone and nothing needs the
 * inputs at all positions anyway; a prompt is scored at its answer, so the head's product with the
 * whole vocabulary is not made for every other token.
 */
import type { GraphBuilder } from '../onnx/builder.ts';
import { int, type Node } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { RowPlans, type RowPlan } from './rowPlans.ts';

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
  readonly #plans: RowPlans;
  /** The nodes before the selection, by their first output. */
  readonly #makers: ReadonlyMap<string, Node>;

  constructor(builder: GraphBuilder, positions: string, count: number) {
    this.#builder = builder;
    this.#positions = positions;
    this.#count = count;
    this.#plans = new RowPlans(builder, count, sizeOf(builder.shapeOf(positions)));
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
  #reached(value: string, full: ReadonlySet<string>): Map<string, RowPlan | undefined> {
    const plans = new Map<string, RowPlan | undefined>();
    const result = new Map<string, RowPlan | undefined>();
    const stack = [value];
    while (stack.length > 0) {
      const name = stack.at(-1)!;
      if (!plans.has(name)) {
        const node = full.has(name) ? undefined : this.#makers.get(name);
        plans.set(name, node && this.#plans.planOf(node));
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

  #gathered(name: string): string {
    const shape = this.#builder.shapeOf(name);
    const rest = shape.slice(this.#plans.lead(shape) ?? shape.length);
    const to = this.#builder.ints([this.#count, ...rest]);
    const rows = this.#builder.op('Reshape', [name, to], { allowzero: int(1) });
    return this.#builder.op('Gather', [rows, this.#positions], { axis: int(0) });
  }
}
