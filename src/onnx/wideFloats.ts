/**
 * A graph of 16-bit floats as one of float32, for the engine to run as it stands, whatever its shapes:
 * weights are widened where they are read, and every value between is a float32 then.
 */
import { castTo } from './builder.ts';
import type { Graph, Node, ValueInfo } from './graph.ts';
import { isHalf, widenedAttributes } from './halfPrecision.ts';
import { isStored } from './tensor.ts';

/** The graph with float32 in place of 16-bit floats; undefined where it has branches or loops. */
export function withWideFloats(graph: Graph): Graph | undefined {
  const { nodes, inputs, outputs, initializers } = graph;
  const half = new Set(
    [...initializers].flatMap(([name, { dtype }]) => (isHalf(dtype) ? name : [])),
  );
  if (half.size === 0 && !inputs.some(({ dtype }) => isHalf(dtype))) return graph;
  const isNested = ({ attributes }: Node) =>
    Object.values(attributes).some(({ kind }) => kind === 'graph');
  if (nodes.some(isNested)) return undefined;
  const casts = [...half].map((name) => cast(name, wide(name)));
  const widened = nodes.flatMap((node) => {
    const own = { ...node, attributes: widenedAttributes(node.attributes) };
    // A few rows of a table are looked up first and widened then, not the whole table.
    const looksUp = node.op === 'Gather' && half.has(node.inputs[0]!);
    const read = own.inputs.map((name, i) =>
      half.has(name) && !(looksUp && i === 0) ? wide(name) : name,
    );
    if (!looksUp && !isStoredHalf(node)) return [{ ...own, inputs: read }];
    const [output] = own.outputs as [string];
    return [{ ...own, inputs: read, outputs: [narrow(output)] }, cast(narrow(output), output)];
  });
  const floats = (info: ValueInfo): ValueInfo =>
    isHalf(info.dtype) ? { ...info, dtype: 'float32' } : info;
  return {
    ...graph,
    inputs: inputs.map(floats),
    outputs: outputs.map(floats),
    nodes: [...casts, ...widened],
  };
}

const wide = (name: string) => `${name} as float32`;
const narrow = (name: string) => `${name} as stored`;

const cast = (from: string, to: string): Node => ({
  op: 'Cast',
  domain: '',
  name: to,
  inputs: [from],
  outputs: [to],
  attributes: castTo('float32'),
});

/** A constant whose numbers stay in the file. */
function isStoredHalf({ op, attributes }: Node): boolean {
  const { value } = attributes;
  return (
    op === 'Constant' &&
    value?.kind === 'tensor' &&
    isStored(value.value) &&
    isHalf(value.value.dtype)
  );
}
