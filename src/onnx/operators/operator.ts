/**
 * What is known of an operator: the types of its outputs and, for folding constants and for checking
 * gradients in float64, its values. All in the meaning of operator set 20.
 */
import { invariant } from '../../base/errors.ts';
import type { Attributes } from '../graph.ts';
import type { Constant, TensorType } from '../tensor.ts';

/** A node's surroundings while its output types are inferred. */
export interface InferContext {
  readonly attributes: Attributes;
  /** Type of each input; undefined for an absent optional one. */
  readonly types: readonly (TensorType | undefined)[];
  /** Value of each input that is a constant. */
  readonly constants: readonly (Constant | undefined)[];
  /** How many outputs the node names. */
  readonly outputs: number;
}

/** A node's surroundings while its values are computed. */
export interface ComputeContext {
  readonly attributes: Attributes;
  readonly inputs: readonly (Constant | undefined)[];
  /** The inferred types of the outputs. */
  readonly types: readonly TensorType[];
}

export interface Operator {
  /** Types of the outputs. Throws a `bug/invariant` error when inputs do not fit. */
  readonly infer: (context: InferContext) => TensorType[];
  /** Elements of each output, row-major. */
  readonly compute: (context: ComputeContext) => Float64Array[];
}

/** The type of input `index`, which must be present. */
export function typeOf(context: InferContext, index: number): TensorType {
  const type = context.types[index];
  invariant(type, `Input ${index} is missing.`);
  return type;
}

/** The value of input `index`, which must be present. */
export function valueOf(context: ComputeContext, index: number): Constant {
  const value = context.inputs[index];
  invariant(value, `Input ${index} is missing.`);
  return value;
}

/** The integers of input `index`, which must be a constant where it is present. */
export function constantInts(context: InferContext, index: number): number[] | undefined {
  if (context.types[index] === undefined) return undefined;
  const constant = context.constants[index];
  invariant(constant, `Input ${index} must be known while the graph is built.`);
  return [...constant.data];
}

/** The integers of input `index`, or undefined when it is absent. */
export function intsOf(context: ComputeContext, index: number): number[] | undefined {
  const value = context.inputs[index];
  return value && [...value.data];
}
