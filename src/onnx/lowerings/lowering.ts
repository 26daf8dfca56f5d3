/**
 * Lowerings: how a composite operator is made of primitive ones while a file is inlined, so that
 * each gradient rule is about one simple operator.
 */
import { PtuneError } from '../../base/errors.ts';
import type { GraphBuilder } from '../builder.ts';
import {
  floatAttribute,
  int,
  intAttribute,
  ints,
  stringAttribute,
  type Attributes,
  type Node,
} from '../graph.ts';
import type { Shape } from '../tensor.ts';

/** One node's surroundings while it is lowered. */
export class LoweringContext {
  readonly builder: GraphBuilder;
  readonly node: Node;
  /** Names in the builder; '' for an absent optional input. */
  readonly inputs: readonly string[];

  constructor(builder: GraphBuilder, node: Node, inputs: readonly string[]) {
    this.builder = builder;
    this.node = node;
    this.inputs = inputs;
  }

  /** Stops with `onnx/unsupported-operator`; the node is named where the error is caught. */
  refuse(reason: string): never {
    throw new PtuneError('onnx/unsupported-operator', reason);
  }

  /** Input `index`, which must be present. */
  input(index: number): string {
    return this.inputs[index] || this.refuse(`Input ${index} is missing.`);
  }

  /** Input `index`, or undefined when it is absent. */
  optional(index: number): string | undefined {
    return this.inputs[index] || undefined;
  }

  /** Refuses the node when one of these inputs is present: index → what it is. */
  refuseInputs(inputs: Readonly<Record<number, string>>): void {
    for (const [index, what] of Object.entries(inputs)) {
      if (this.inputs[Number(index)]) this.refuse(`The input ${what} is not supported.`);
    }
  }

  int<T extends number | undefined>(name: string, fallback: T): number | T {
    return intAttribute(this.node.attributes, name, fallback);
  }

  float(name: string, fallback: number): number {
    return floatAttribute(this.node.attributes, name, fallback);
  }

  string(name: string, fallback: string): string {
    return stringAttribute(this.node.attributes, name, fallback);
  }

  /** Whether the node names output `index`. */
  gives(index: number): boolean {
    return Boolean(this.node.outputs[index]);
  }

  shape(name: string): Shape {
    return this.builder.shapeOf(name);
  }

  op(op: string, ...inputs: readonly string[]): string {
    return this.builder.op(op, inputs);
  }

  with(op: string, inputs: readonly string[], attributes: Attributes): string {
    return this.builder.op(op, inputs, attributes);
  }

  /** A number of the element type of `like`. */
  scalar(value: number, like: string): string {
    return this.builder.scalar(value, this.builder.typeOf(like).dtype);
  }

  reshape(x: string, shape: readonly number[]): string {
    return this.op('Reshape', x, this.builder.ints(shape));
  }

  transpose(x: string, perm: readonly number[]): string {
    return this.with('Transpose', [x], { perm: ints(perm) });
  }

  /** The elements from `start` up to `end` along `axis`. */
  slice(x: string, axis: number, start: number, end: number): string {
    const list = (n: number) => this.builder.ints([n]);
    return this.op('Slice', x, list(start), list(end), list(axis));
  }

  concat(parts: readonly string[], axis: number): string {
    return this.with('Concat', parts, { axis: int(axis) });
  }

  /** A reduction whose axes stay as 1. */
  reduce(op: string, x: string, axes: readonly number[]): string {
    return this.with(op, [x, this.builder.ints(axes)], { keepdims: int(1) });
  }
}

/** A row of the table of lowerings. */
export interface Lowering {
  /** The node's outputs as values of the builder; those that are undefined cannot be used. */
  readonly lower: (context: LoweringContext) => readonly (string | undefined)[];
  /** Every attribute whose meaning is known; a node with another one is refused. */
  readonly attributes: readonly string[];
  /** First version of its operator set that is read. */
  readonly since: number;
  /** What it becomes, as a formula or the names of operators, for the documentation. */
  readonly becomes: string;
  /** Gradients flow as if nothing were rounded. */
  readonly straightThrough?: true;
}

export type LoweringTable = Readonly<Record<string, Lowering>>;
