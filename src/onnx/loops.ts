/**
 * Loops whose course is known before a run: their turns are added one after the other. What they make
 * is constant as a rule, and otherwise made of token ids, positions and masks; a loop that carries what
 * may be trained is refused.
 */
import { PtuneError } from '../base/errors.ts';
import type { GraphBuilder } from './builder.ts';
import { int, type Graph, type Node } from './graph.ts';
import { maximumLoopNodes } from './limits.ts';
import { partsOf } from './sequences.ts';
import { isFloat, type Constant } from './tensor.ts';

/** Adds a body with its inputs bound to values of the builder; gives its outputs there. */
export type RunBody = (
  body: Graph,
  bindings: ReadonlyMap<string, string>,
) => readonly (string | undefined)[];

/**
 * The outputs of a Loop node: carried values as they are last, then a stack of each value that every
 * turn puts out.
 *
 * @param inputs  the node's inputs in the builder: how often, whether at all, carried values
 * @throws PtuneError `onnx/unsupported-operator` when its course or what it makes is only known when
 *   the model runs, or when it turns too often
 */
export function foldLoop(
  builder: GraphBuilder,
  node: Node,
  inputs: readonly string[],
  run: RunBody,
): string[] {
  return new Loop(builder, node, run).outputs(inputs);
}

/** Nodes that loops of a graph have computed so far. */
const computed = new WeakMap<GraphBuilder, number>();

class Loop {
  readonly #builder: GraphBuilder;
  readonly #node: Node;
  readonly #run: RunBody;
  readonly #body: Graph;

  constructor(builder: GraphBuilder, node: Node, run: RunBody) {
    this.#builder = builder;
    this.#node = node;
    this.#run = run;
    const { body } = node.attributes;
    if (body?.kind !== 'graph' || body.value.inputs.length < 2)
      throw this.#refused('It lacks a body.');
    this.#body = body.value;
  }

  outputs([count = '', condition = '', ...start]: readonly string[]): string[] {
    const turns = count === '' ? Infinity : this.#known(count, 'how often it turns').data[0]!;
    let goesOn = condition === '' || this.#known(condition, 'its condition').data[0] !== 0;
    let carried = start;
    const stacks: string[][] = this.#body.outputs.slice(1 + start.length).map(() => []);
    for (let turn = 0; goesOn && turn < turns; turn++) {
      this.#count(turn);
      const [next, ...made] = this.#turn(turn, carried);
      goesOn = this.#known(next, 'its condition').data[0] !== 0;
      carried = made.slice(0, start.length).map((name) => this.#fixed(name));
      stacks.forEach((stack, i) => stack.push(this.#fixed(made[start.length + i])));
    }
    return [...carried, ...stacks.map((stack, i) => this.#stacked(stack, start.length + i))];
  }

  /** Counts the nodes of one turn; a loop in a loop multiplies them. */
  #count(turn: number): void {
    const nodes = (computed.get(this.#builder) ?? 0) + 1 + this.#body.nodes.length;
    computed.set(this.#builder, nodes);
    if (nodes > maximumLoopNodes) {
      throw this.#refused(`It has turned ${turn} times, and there is no end of it.`);
    }
  }

  #turn(turn: number, carried: readonly string[]): readonly (string | undefined)[] {
    const values = [
      this.#builder.constant('int64', [], [turn]),
      this.#builder.constant('bool', [], [1]),
      ...carried,
    ];
    const names = this.#body.inputs.map(({ name }) => name);
    if (names.length !== values.length) {
      throw this.#refused(`Its body takes ${names.length} values and gets ${values.length}.`);
    }
    return this.#run(this.#body, new Map(names.map((name, i) => [name, values[i]!])));
  }

  /** The values of all turns as one, along a new first axis. */
  #stacked(stack: readonly string[], index: number): string {
    const parts = stack.map((name) =>
      this.#builder.op('Unsqueeze', [name, this.#builder.ints([0])]),
    );
    if (parts.length > 0) return this.#builder.op('Concat', parts, { axis: int(0) });
    const { dtype, shape } = this.#body.outputs[1 + index]!;
    const sizes = shape.map((n) => {
      if (typeof n === 'number') return n;
      throw this.#refused('It never turns, and the shape of what it would have made is not known.');
    });
    return this.#builder.constant(dtype, [0, ...sizes], []);
  }

  /** A value that no training changes, or a sequence of such values. */
  #fixed(name: string | undefined): string {
    if (name === undefined) return this.#unknown('what it makes');
    const trainable = trainableOf(this.#builder);
    const parts = partsOf(this.#builder, name) ?? [name];
    return parts.some((part) => trainable.has(part)) ? this.#unknown('what it makes') : name;
  }

  #known(name: string | undefined, what: string): Constant {
    const constant = name === undefined ? undefined : this.#builder.constantOf(name);
    return constant ?? this.#unknown(what);
  }

  #unknown(what: string): never {
    throw this.#refused(`A loop is read where its course is known before; here ${what} is not.`);
  }

  #refused(why: string): PtuneError {
    return new PtuneError(
      'onnx/unsupported-operator',
      `Node "${this.#node.name}" (Loop): ${why}`,
      'Export the model without loops, for example by tracing it in place of scripting.',
    );
  }
}

/** What of each builder is made of float inputs, as far as its nodes have been looked through. */
const looked = new WeakMap<GraphBuilder, { readonly trainable: Set<string>; nodes: number }>();

/**
 * The values that are made of a float input, or stand where a gradient is asked for. What is made of
 * whole numbers alone is looked up or computed, and no gradient is asked of it.
 */
function trainableOf(builder: GraphBuilder): ReadonlySet<string> {
  const own = looked.get(builder) ?? { trainable: new Set<string>(), nodes: 0 };
  looked.set(builder, own);
  const { trainable } = own;
  for (const name of builder.inputs) if (isFloat(builder.typeOf(name).dtype)) trainable.add(name);
  for (; own.nodes < builder.nodes.length; own.nodes++) {
    const { op, inputs, outputs } = builder.nodes[own.nodes]!;
    if (op !== 'StraightThrough' && !inputs.some((name) => trainable.has(name))) continue;
    for (const output of outputs) trainable.add(output);
  }
  return trainable;
}
