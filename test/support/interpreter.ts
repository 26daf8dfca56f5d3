/** Runs a graph with the operators' own definitions, in float64: the oracle of gradient checks. */
import type { GraphBuilder } from '../../src/onnx/builder.ts';
import { operators } from '../../src/onnx/operators/index.ts';
import type { Constant } from '../../src/onnx/tensor.ts';

/** The values of `outputs` for the builder's inputs `feeds`. */
export function interpret(
  builder: GraphBuilder,
  feeds: Readonly<Record<string, Float64Array>>,
  outputs: readonly string[],
): Float64Array[] {
  const graph = builder.build(Object.fromEntries(outputs.map((name, i) => [`output ${i}`, name])));
  const values = new Map<string, Constant>();
  for (const [name, value] of graph.initializers) {
    if ('data' in value) values.set(name, value);
  }
  for (const { name } of graph.inputs) {
    values.set(name, { ...builder.typeOf(name), data: feeds[name]! });
  }
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === '' ? undefined : values.get(name)!));
    const types = node.outputs.map((name) =>
      builder.has(name) ? builder.typeOf(name) : builder.typeOf(node.inputs[0]!),
    );
    const results = operators[node.op]!.compute({ attributes: node.attributes, inputs, types });
    node.outputs.forEach((name, i) => values.set(name, { ...types[i]!, data: results[i]! }));
  }
  return outputs.map((_, i) => values.get(`output ${i}`)!.data);
}
