/**
 * Sequences of tensors. Their course is known while a graph is built, so that a sequence is a list of
 * the builder's values and none is left in the graph.
 */
import type { GraphBuilder } from './builder.ts';

/** The parts of each sequence by the name that stands for it. */
const sequences = new WeakMap<GraphBuilder, Map<string, readonly string[]>>();

/** A name that stands for a sequence of values of the builder. */
export function addSequence(builder: GraphBuilder, parts: readonly string[]): string {
  const own = sequences.get(builder) ?? new Map<string, readonly string[]>();
  sequences.set(builder, own);
  const name = `sequence ${own.size + 1}`;
  own.set(name, parts);
  return name;
}

/** The parts of the sequence that `name` stands for, or undefined where it is no sequence. */
export function partsOf(builder: GraphBuilder, name: string): readonly string[] | undefined {
  return builder.has(name) ? undefined : sequences.get(builder)?.get(name);
}
