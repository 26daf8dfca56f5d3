/**
 * Appends vectors to a model's table of token embeddings. Only lookups read the longer table: a head
 * that is tied to the table keeps the old one, so that what the model says of the old tokens does not
 * change and the new ones are never said.
 */
import { PtuneError, invariant } from '../../base/errors.ts';
import type { Attribute, Graph, Model, Node } from '../../onnx/graph.ts';
import {
  dtypes,
  encodeElements,
  isFloat,
  isStored,
  type Constant,
  type StoredTensor,
} from '../../onnx/tensor.ts';

/** A table of embeddings and the rows that take the place of its rows from `firstRow` on. */
export interface TableExtension {
  /** The initializer with the table, or the output of its Constant node. */
  readonly table: string;
  readonly firstRow: number;
  /** float32 [P, width] */
  readonly rows: Float32Array;
  readonly width: number;
}

/** A weight that is made of parts, in their order: what stands in a file, and new bytes. */
export interface JoinedWeight {
  readonly dtype: Constant['dtype'];
  readonly shape: readonly number[];
  readonly parts: readonly (StoredTensor | Uint8Array)[];
}

/** A model with one weight more than its files have. */
export interface ExtendedModel {
  readonly model: Model;
  /** The longer table, by its name among the initializers. */
  readonly added: ReadonlyMap<string, JoinedWeight>;
}

/**
 * The model whose lookups read the longer table.
 *
 * @throws PtuneError `export/not-possible` for a table of few bits and for a lookup of another form
 */
export function extendTable(file: Model, extension: TableExtension): ExtendedModel {
  const model = { ...file, graph: withConstantsAsWeights(file.graph) };
  const { table } = extension;
  const weight = model.graph.initializers.get(table);
  if (!weight || !isFloat(weight.dtype) || weight.shape[1] !== extension.width) {
    throw cannot(
      weight ? `it holds numbers of type ${weight.dtype}` : 'it lies in a branch of the graph',
    );
  }
  const longer = `${table}_with_prompt`;
  invariant(!model.graph.initializers.has(longer), `The name "${longer}" is taken.`);
  const graph = redirected(model.graph, table, longer);
  if (!reads(graph, longer)) throw cannot('its lookup has another form');
  const initializers = new Map(graph.initializers);
  if (!reads(graph, table)) initializers.delete(table);
  const added = new Map([[longer, joined(weight, extension)]]);
  return { model: { ...model, graph: { ...graph, initializers } }, added };
}

/** What a reader should know of vectors in a table of few bits; nothing for one of 32. */
export function roundingWarnings(added: ExtendedModel['added']): string[] {
  if (![...added.values()].some(({ dtype }) => dtype === 'float16' || dtype === 'bfloat16')) {
    return [];
  }
  return [
    'The numbers of this model have 16 bits. The vectors were rounded to them, and other programs compute in 16 bits where ptune computes in 32, so probabilities differ a little from those of "ptune predict".',
  ];
}

function cannot(why: string): PtuneError {
  return new PtuneError(
    'export/not-possible',
    `The model's table of token embeddings cannot be made longer: ${why}.`,
    'Train the prompt on the file without optimisation or quantisation, as a rule onnx/model.onnx, or use "--format npy".',
  );
}

/** The inputs of an operator that looks rows of a table up: of the table, and of the ids. */
const lookups: Readonly<Record<string, number>> = {
  Gather: 0,
  'com.microsoft.EmbedLayerNormalization': 2,
};

const operatorOf = ({ domain, op }: Node) => (domain === '' ? op : `${domain}.${op}`);

/** The graph with every lookup in `table`, in branches, too, reading another one. */
function redirected(graph: Graph, table: string, longer: string): Graph {
  const handedOn = new Set([table]);
  const nodes = graph.nodes.map((node) => {
    // Exporters hand a shared table on under a second name.
    if (node.op === 'Identity' && handedOn.has(node.inputs[0]!)) handedOn.add(node.outputs[0]!);
    const at = lookups[operatorOf(node)];
    const inputs = node.inputs.map((name, i) => (i === at && handedOn.has(name) ? longer : name));
    return { ...node, inputs, attributes: inGraphs(node, (own) => redirected(own, table, longer)) };
  });
  return { ...graph, nodes };
}

/** Whether a node of the graph or of a branch in it reads a value. */
function reads(graph: Graph, name: string): boolean {
  return graph.nodes.some(
    (node) =>
      node.inputs.includes(name) ||
      Object.values(node.attributes).some((a) => a.kind === 'graph' && reads(a.value, name)),
  );
}

/** The attributes of a node with another graph in place of each that is among them. */
export function inGraphs(node: Node, change: (graph: Graph) => Graph): Node['attributes'] {
  return Object.fromEntries(
    Object.entries(node.attributes).map(([name, a]): [string, Attribute] => [
      name,
      a.kind === 'graph' ? { kind: 'graph', value: change(a.value) } : a,
    ]),
  );
}

/** Large tensors of Constant nodes as initializers, which can lie in another file. */
export function withConstantsAsWeights(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.flatMap((node) => {
    const value = node.op === 'Constant' ? node.attributes['value'] : undefined;
    if (value?.kind === 'tensor' && isStored(value.value)) {
      initializers.set(node.outputs[0]!, value.value);
      return [];
    }
    return [{ ...node, attributes: inGraphs(node, withConstantsAsWeights) }];
  });
  return { ...graph, nodes, initializers };
}

/** The old rows, the new ones in their place or behind them, and zeros where there is a gap. */
function joined(weight: Constant | StoredTensor, extension: TableExtension): JoinedWeight {
  const { dtype, shape } = weight;
  const { firstRow, rows, width } = extension;
  const old = shape[0]!;
  const rowBytes = width * dtypes[dtype].size;
  const count = rows.length / width;
  const part = (from: number, to: number): (StoredTensor | Uint8Array)[] => {
    if (to <= from) return [];
    if (!isStored(weight)) {
      return [encodeElements(dtype, weight.data.subarray(from * width, to * width))];
    }
    const { offset } = weight;
    const length = (to - from) * rowBytes;
    return [{ ...weight, shape: [to - from, width], offset: offset + from * rowBytes, length }];
  };
  const fresh = encodeElements(dtype, Float64Array.from(rows));
  return {
    dtype,
    shape: [Math.max(old, firstRow + count), width],
    parts: [
      ...part(0, Math.min(old, firstRow)),
      ...(firstRow > old ? [new Uint8Array((firstRow - old) * rowBytes)] : []),
      fresh,
      ...part(firstRow + count, old),
    ],
  };
}
