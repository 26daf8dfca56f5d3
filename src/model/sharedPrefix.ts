/**
 * Computes what all rows of a batch begin with once. In a causal model a position depends on what
 * stands before it only, so where each prompt begins with the same virtual tokens and words, their
 * hidden states are the same in every row, and their gradients add up. Attention still sees whole
 * rows; everything else, the products with weights above all, is made for
 *
 *     N = S + B·(T − S)
 *
 * rows in place of B·T: the S shared positions, then what is left of each row.
 */
import type { GraphBuilder } from '../onnx/builder.ts';
import { int, type Node } from '../onnx/graph.ts';
import type { Shape } from '../onnx/tensor.ts';
import { RowPlans } from './rowPlans.ts';

/** A batch of B rows of T positions, of which the first S are the same in every row. */
export interface SharedRows {
  readonly rows: number;
  readonly length: number;
  readonly shared: number;
}

/** Moving rows about costs what is saved on fewer than this share of them. */
const worthwhile = 1 / 16;

/** Whether a batch is cheaper with its common beginning made once. */
export function isWorthSharing({ rows, length, shared }: SharedRows): boolean {
  return shared < length && (rows - 1) * shared >= worthwhile * rows * length;
}

/**
 * Makes `logits` again from hidden states of N rows.
 *
 * @param logits  [B, T, V], made by nodes of the builder from a causal model
 * @returns       [N, V]
 */
export function sharePrefix(builder: GraphBuilder, logits: string, batch: SharedRows): string {
  return new Sharing(builder, batch).compact(logits);
}

/**
 * Positions b·T + t as rows among the N.
 *
 * @param positions  int64 [M]
 */
export function sharedPositions(
  builder: GraphBuilder,
  positions: string,
  { rows, length, shared }: SharedRows,
): string {
  if (shared === 0) return positions;
  const places = Array.from({ length: rows * length }, (_, i) => {
    const t = i % length;
    return t < shared ? t : shared + Math.floor(i / length) * (length - shared) + t - shared;
  });
  const table = builder.constant('int64', [places.length], places);
  return builder.op('Gather', [table, positions], { axis: int(0) });
}

class Sharing {
  readonly #builder: GraphBuilder;
  readonly #batch: SharedRows;
  readonly #plans: RowPlans;
  /** Values made anew, by their old name: for all B·T positions, and for the N rows. */
  readonly #full = new Map<string, string>();
  readonly #compact = new Map<string, string>();

  constructor(builder: GraphBuilder, batch: SharedRows) {
    const { rows, length, shared } = batch;
    this.#builder = builder;
    this.#batch = batch;
    this.#plans = new RowPlans(builder, rows * length, shared + rows * (length - shared));
  }

  /** `value` [B, T, …] for the N rows, and on the way to it all that is cheaper so. */
  compact(value: string): string {
    const nodes = neededBy(this.#builder.nodes, value);
    const byRows = this.#valuesByRows(nodes, value);
    for (const node of nodes) {
      const plan = byRows.has(node.outputs[0]!) ? this.#plans.planOf(node) : undefined;
      const isProduct = node.op === 'MatMul' || node.op === 'Gemm';
      if (plan && (isProduct || plan.from.some((name) => this.#compact.has(name)))) {
        this.#compact.set(node.outputs[0]!, plan.make(plan.from.map((name) => this.#rows(name))));
      } else {
        this.#again(node);
      }
    }
    return this.#rows(value);
  }

  /**
   * The values whose leading axes are the positions b·T + t: `value`, and those beside which such a
   * value stands in an operator that treats each position alone. Shapes alone do not tell: heads
   * may be as many as positions.
   */
  #valuesByRows(nodes: readonly Node[], value: string): ReadonlySet<string> {
    const found = new Set([value]);
    const plans = nodes.flatMap((node) => {
      const plan = this.#plans.planOf(node);
      return plan && plan.from.length > 0 ? [[node.outputs[0]!, ...plan.from]] : [];
    });
    for (let before = 0; before < found.size;) {
      before = found.size;
      for (const group of [...plans.toReversed(), ...plans]) {
        if (group.some((name) => found.has(name))) group.forEach((name) => found.add(name));
      }
    }
    return found;
  }

  /** The node for all positions; itself where nothing that it reads was made anew. */
  #again(node: Node): void {
    const inputs = node.inputs.map((name) => (name === '' ? name : this.#whole(name)));
    if (inputs.every((name, i) => name === node.inputs[i])) return;
    const { outputs } = node;
    const made = this.#builder.ops(node.op, inputs, outputs.length, node.attributes);
    outputs.forEach((name, i) => this.#full.set(name, made[i]!));
  }

  #whole(name: string): string {
    const rows = this.#full.has(name) ? undefined : this.#compact.get(name);
    if (rows !== undefined) this.#full.set(name, this.#spread(rows, name));
    return this.#full.get(name) ?? name;
  }

  #rows(name: string): string {
    const known = this.#compact.get(name) ?? this.#gathered(this.#whole(name));
    this.#compact.set(name, known);
    return known;
  }

  /** The N rows of a value with all positions. */
  #gathered(name: string): string {
    const { rows, length, shared } = this.#batch;
    const shape = this.#builder.shapeOf(name);
    const rest = shape.slice(this.#plans.lead(shape));
    if (shared === 0) return this.#reshaped(name, [rows * length, ...rest]);
    const whole = this.#reshaped(name, [rows, length, ...rest]);
    const sizes = this.#builder.ints([shared, length - shared]);
    const [before, behind] = this.#builder.ops('Split', [whole, sizes], 2, { axis: int(1) });
    const [zero, one] = [this.#builder.ints([0]), this.#builder.ints([1])];
    const first = this.#builder.op('Slice', [before!, zero, one]);
    const parts = [
      this.#reshaped(first, [shared, ...rest]),
      this.#reshaped(behind!, [rows * (length - shared), ...rest]),
    ];
    return this.#builder.op('Concat', parts, { axis: int(0) });
  }

  /** All positions of a value with N rows, in the shape of the value `like`. */
  #spread(name: string, like: string): string {
    const { rows, length, shared } = this.#batch;
    const shape = this.#builder.shapeOf(like);
    if (shared === 0) return this.#reshaped(name, shape);
    const rest = this.#builder.shapeOf(name).slice(1);
    const sizes = this.#builder.ints([shared, rows * (length - shared)]);
    const [first, behind] = this.#builder.ops('Split', [name, sizes], 2, { axis: int(0) });
    const once = this.#reshaped(first!, [1, shared, ...rest]);
    const parts = [
      this.#builder.op('Expand', [once, this.#builder.ints([rows, shared, ...rest])]),
      this.#reshaped(behind!, [rows, length - shared, ...rest]),
    ];
    return this.#reshaped(this.#builder.op('Concat', parts, { axis: int(1) }), shape);
  }

  /** A zero is a size, not that of the input. */
  #reshaped(name: string, shape: Shape): string {
    return this.#builder.op('Reshape', [name, this.#builder.ints(shape)], { allowzero: int(1) });
  }
}

/** The nodes that `value` is made by, in order. */
function neededBy(nodes: readonly Node[], value: string): Node[] {
  const needed = new Set([value]);
  const result: Node[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    result.push(node);
    node.inputs.forEach((name) => needed.add(name));
  }
  return result.reverse();
}
