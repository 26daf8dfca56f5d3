/**
 * Gradient rules: for each operator the nodes that carry the gradient of a scalar L backwards.
 *
 * Symbols in every rule: a node computes outputs Y from inputs X; dY is ∂L/∂Y, given; dX is ∂L/∂X,
 * returned. Rules add nodes to the graph and never compute a number.
 */
import { invariant } from '../base/errors.ts';
import type { GraphBuilder } from '../onnx/builder.ts';
import type { Node } from '../onnx/graph.ts';
import { isFloat, sameShape, type Shape } from '../onnx/tensor.ts';

/** One node's surroundings on the way back. */
export class RuleContext {
  readonly builder: GraphBuilder;
  readonly node: Node;
  /** Gradient of each output; undefined where nothing flows back. */
  readonly outputGradients: readonly (string | undefined)[];
  readonly #needed: ReadonlySet<string>;

  constructor(
    builder: GraphBuilder,
    node: Node,
    outputGradients: readonly (string | undefined)[],
    needed: ReadonlySet<string>,
  ) {
    this.builder = builder;
    this.node = node;
    this.outputGradients = outputGradients;
    this.#needed = needed;
  }

  /** The gradient of the only output. */
  get dY(): string {
    const gradient = this.outputGradients[0];
    invariant(gradient, `Nothing flows back into ${this.node.op}.`);
    return gradient;
  }

  /** The only output. */
  get Y(): string {
    return this.node.outputs[0]!;
  }

  /** Input `index`. */
  X(index: number): string {
    const name = this.node.inputs[index];
    invariant(name, `${this.node.op} has no input ${index}.`);
    return name;
  }

  shape(index: number): Shape {
    return this.builder.shapeOf(this.X(index));
  }

  /** Whether the gradient of input `index` is asked for; rules skip what is not. */
  needs(index: number): boolean {
    const name = this.node.inputs[index];
    return (
      name !== undefined &&
      name !== '' &&
      this.#needed.has(name) &&
      isFloat(this.builder.typeOf(name).dtype)
    );
  }

  /** `gradient()` where input `index` needs one, summed over the axes that were broadcast. */
  for(index: number, gradient: () => string): string | undefined {
    return this.needs(index)
      ? reduceToShape(this.builder, gradient(), this.shape(index))
      : undefined;
  }

  op(op: string, ...inputs: readonly string[]): string {
    return this.builder.op(op, inputs);
  }

  /** A constant of Y's element type. */
  scalar(value: number): string {
    return this.builder.scalar(value, this.builder.typeOf(this.Y).dtype);
  }
}

/** The gradient of each input, in order; undefined where none is needed or none exists. */
export type GradientRule = (context: RuleContext) => (string | undefined)[];

/** For operators through which no gradient flows: comparisons, indices, shapes. */
export const notDifferentiable = 'not differentiable';

/**
 * `gradient` summed to `shape`: what NumPy's broadcasting repeated, its gradient adds up. The only
 * place that undoes broadcasting.
 */
export function reduceToShape(builder: GraphBuilder, gradient: string, shape: Shape): string {
  const from = builder.shapeOf(gradient);
  if (sameShape(from, shape)) return gradient;
  const lead = from.length - shape.length;
  const axes = [...from.keys()].filter((i) => i < lead || (shape[i - lead] === 1 && from[i] !== 1));
  const summed = axes.length
    ? builder.op('ReduceSum', [gradient, builder.ints(axes)], {
        keepdims: { kind: 'int', value: 1 },
      })
    : gradient;
  return builder.op('Reshape', [summed, builder.ints(shape)]);
}
