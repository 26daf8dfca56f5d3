/**
 * Adds nodes to a graph whose lengths stay open. Only operators are used whose form is the same in
 * every version of the operator set that exporters write.
 */
import { int, type Attributes, type Graph, type Node, type ValueInfo } from '../../onnx/graph.ts';
import type { Constant, DType } from '../../onnx/tensor.ts';

/** Nodes and constants that are put before or behind those of a model. */
export class NodeMaker {
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, Constant>();
  readonly #prefix: string;
  #counter = 0;

  /** `prefix` starts the names of all values, which are different then from those of others. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The nodes so far, in topological order. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  get constants(): ReadonlyMap<string, Constant> {
    return this.#constants;
  }

  /** Adds a node; gives its output, which gets a name of its own unless told. */
  op(op: string, inputs: readonly string[], attributes: Attributes = {}, output?: string): string {
    const made = output ?? `${this.#prefix}/${op}_${++this.#counter}`;
    this.#nodes.push({ op, domain: '', name: made, inputs, outputs: [made], attributes });
    return made;
  }

  /** Gives a value a second name. */
  name(value: string, name: string): void {
    this.op('Identity', [value], {}, name);
  }

  constant(dtype: DType, shape: readonly number[], data: ArrayLike<number>): string {
    const name = `${this.#prefix}/constant_${++this.#counter}`;
    this.#constants.set(name, { dtype, shape, data: Float64Array.from(data) });
    return name;
  }

  ints(values: readonly number[]): string {
    return this.constant('int64', [values.length], values);
  }

  /** One value, or several along an axis. */
  concat(values: readonly string[], axis: number): string {
    return values.length === 1 ? values[0]! : this.op('Concat', values, { axis: int(axis) });
  }

  /** The length of an axis, int64 [1]. */
  length(value: string, axis: number): string {
    return this.op('Gather', [this.op('Shape', [value]), this.ints([axis])], { axis: int(0) });
  }

  /** `row` int64 [n] in each of `batch` (int64 [1]) rows, [batch, n]. */
  rows(row: readonly number[], batch: string): string {
    const shape = this.concat([batch, this.ints([row.length])], 0);
    return this.op('Expand', [this.constant('int64', [1, row.length], row), shape]);
  }

  /** A number in the shape of another value. */
  like(value: string, number: number): string {
    return this.op('Expand', [this.constant('int64', [1, 1], [number]), this.op('Shape', [value])]);
  }

  /** `graph` with these nodes before and others behind its own, and other ends. */
  static around(
    graph: Graph,
    before: NodeMaker,
    after: NodeMaker,
    inputs: readonly ValueInfo[],
    outputs: readonly ValueInfo[],
  ): Graph {
    return {
      ...graph,
      inputs,
      outputs,
      nodes: [...before.nodes, ...graph.nodes, ...after.nodes],
      initializers: new Map([...graph.initializers, ...before.constants, ...after.constants]),
    };
  }
}
