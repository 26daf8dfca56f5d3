/**
 * ONNX graphs as plain data, the way they stand in a file: shapes may have names in place of
 * numbers, and weights stay where they are.
 */
import { invariant } from '../base/errors.ts';
import type { Constant, DType, StoredTensor } from './tensor.ts';

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: Constant | StoredTensor }
  | { readonly kind: 'graph'; readonly value: Graph };

export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  readonly op: string;
  /** '' is the standard operator set. */
  readonly domain: string;
  readonly name: string;
  /** '' stands for an optional input that is absent. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** An input or output with its declared type; a named dimension is a string, an unknown one ''. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly (number | string)[];
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** In topological order. */
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, Constant | StoredTensor>;
}

/** A graph with the versions of the operator sets that its nodes are written in. */
export interface Model {
  readonly graph: Graph;
  /** Operator set version by domain; '' is the standard set. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly producer: string;
  /** The bytes of a weight. */
  readonly readStored: (tensor: StoredTensor) => Uint8Array;
}

/** The node's integer attribute, or `fallback`. */
export function intAttribute<T extends number | undefined>(
  attributes: Attributes,
  name: string,
  fallback: T,
): number | T {
  const attribute = attributes[name];
  if (attribute === undefined) return fallback;
  invariant(attribute.kind === 'int', `Attribute "${name}" is no integer.`);
  return attribute.value;
}

/** The node's float attribute, or `fallback`. */
export function floatAttribute(attributes: Attributes, name: string, fallback: number): number {
  const attribute = attributes[name];
  if (attribute === undefined) return fallback;
  invariant(attribute.kind === 'float', `Attribute "${name}" is no float.`);
  return attribute.value;
}

/** The node's list of integers, or undefined. */
export function intsAttribute(attributes: Attributes, name: string): readonly number[] | undefined {
  const attribute = attributes[name];
  if (attribute === undefined) return undefined;
  invariant(attribute.kind === 'ints', `Attribute "${name}" is no list of integers.`);
  return attribute.value;
}

/** The node's text attribute, or `fallback`. */
export function stringAttribute(attributes: Attributes, name: string, fallback: string): string {
  const attribute = attributes[name];
  if (attribute === undefined) return fallback;
  invariant(attribute.kind === 'string', `Attribute "${name}" is no text.`);
  return attribute.value;
}

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const string = (value: string): Attribute => ({ kind: 'string', value });
