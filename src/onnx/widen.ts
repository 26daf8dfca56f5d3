/** A graph that computes in float64 what another one computes in float32, to tell its rounding. */
import type { GraphBuilder } from './builder.ts';
import { castTo } from './builder.ts';
import type { Attributes, Graph, Node } from './graph.ts';
import { dtypes, isStored, type Constant, type DType, type StoredTensor } from './tensor.ts';

/** Operators that the engine has for float32 alone; they are computed so and widened again. */
const singleOnly = new Set([
  'Celu',
  'Conv',
  'ConvTranspose',
  'Elu',
  'Erf',
  'Gelu',
  'HardSigmoid',
  'HardSwish',
  'LeakyRelu',
  'PRelu',
  'Selu',
  'Softplus',
  'Softsign',
  'ThresholdedRelu',
]);

/**
 * The graph with float64 for every float32 but its inputs and outputs. An output `NAME` gets an output
 * `NAME rest` beside it: their sum has the digits of float64. Weights stay where they are and are
 * widened when the graph runs.
 *
 * @param builder  the builder that made the graph; it knows the types
 */
export function widened(builder: GraphBuilder, graph: Graph): Graph {
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const isSingle = (name: string) =>
    graph.initializers.get(name)?.dtype === 'float32' ||
    (builder.has(name) && builder.typeOf(name).dtype === 'float32');
  const nodes: Node[] = [];
  const initializers = new Map<string, Constant | StoredTensor>();
  /** What nodes read in place of a float32 input or weight. */
  const wide = new Map<string, string>();
  const widen = (name: string) => {
    nodes.push(cast(name, `${name} wide`, 'float64'));
    wide.set(name, `${name} wide`);
  };
  for (const [name, value] of graph.initializers) {
    const isOwn = !isStored(value) && value.dtype === 'float32';
    initializers.set(name, isOwn ? { ...value, dtype: 'float64' } : value);
    if (isStored(value) && value.dtype === 'float32') widen(name);
  }
  for (const name of inputs) if (isSingle(name)) widen(name);
  for (const node of graph.nodes) {
    const read = node.inputs.map((name) => wide.get(name) ?? name);
    const own = { ...node, inputs: read, attributes: widerAttributes(node) };
    if (!singleOnly.has(node.op)) {
      nodes.push(own);
      continue;
    }
    const narrow = node.inputs.map((name, i) => {
      if (name === '' || !isSingle(name)) return read[i]!;
      const made = `${name} for ${node.outputs[0]!}`;
      nodes.push(cast(read[i]!, made, 'float32'));
      return made;
    });
    const outputs = node.outputs.map((name) => `${name} narrow`);
    nodes.push({ ...own, inputs: narrow, outputs });
    node.outputs.forEach((name, i) => nodes.push(cast(outputs[i]!, name, 'float64')));
  }
  const singles = graph.outputs.filter(({ dtype }) => dtype === 'float32');
  const all = singles.reduce((list, { name }) => inTwoParts(list, name), nodes);
  const rests = singles.map((output) => ({ ...output, name: `${output.name} rest` }));
  return { ...graph, nodes: all, initializers, outputs: [...graph.outputs, ...rests] };
}

/** The nodes with an output that is float64 as float32 and what that leaves out. */
function inTwoParts(nodes: readonly Node[], name: string): Node[] {
  const [whole, head, tail] = [`${name} whole`, `${name} head`, `${name} tail`];
  return [
    ...nodes.map((node) => ({
      ...node,
      outputs: node.outputs.map((output) => (output === name ? whole : output)),
    })),
    cast(whole, name, 'float32'),
    cast(name, head, 'float64'),
    { ...cast(whole, tail, 'float64'), op: 'Sub', inputs: [whole, head], attributes: {} },
    cast(tail, `${name} rest`, 'float32'),
  ];
}

/** Casts to float32 become casts to float64, and tensors in attributes likewise. */
function widerAttributes({ op, attributes }: Node): Attributes {
  const { to, value } = attributes;
  if (op === 'Cast' && to?.kind === 'int' && to.value === dtypes.float32.code) {
    return castTo('float64');
  }
  if (value?.kind === 'tensor' && value.value.dtype === 'float32' && !isStored(value.value)) {
    return {
      ...attributes,
      value: { kind: 'tensor', value: { ...value.value, dtype: 'float64' } },
    };
  }
  return attributes;
}

const cast = (input: string, output: string, dtype: DType): Node => ({
  op: 'Cast',
  domain: '',
  name: `${output} cast`,
  inputs: [input],
  outputs: [output],
  attributes: castTo(dtype),
});
