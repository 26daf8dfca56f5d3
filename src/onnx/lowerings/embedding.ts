/** The sum of word, position and segment embeddings, normalized: the start of an optimised BERT. */
import { castTo } from '../builder.ts';
import { int, type Graph, type Model, type Node } from '../graph.ts';
import type { LoweringContext, LoweringTable } from './lowering.ts';
import { layerNormalized } from './normalization.ts';

const fused = 'com.microsoft.EmbedLayerNormalization';

/** What is left of the operator when the word embeddings are looked up before it. */
const rest = 'EmbeddedLayerNormalization';

/**
 * The model with each lookup of word embeddings as a node of its own, so that its output is a value
 * with a name, in place of which other vectors can be put.
 */
export function withOwnLookups(model: Model): Model {
  const { graph } = model;
  if (!graph.nodes.some(isFused)) return model;
  const nodes = graph.nodes.flatMap((node) => (isFused(node) ? splitLookup(node, graph) : [node]));
  return { ...model, graph: { ...graph, nodes } };
}

const isFused = (node: Node): boolean => `${node.domain}.${node.op}` === fused;

function splitLookup(node: Node, graph: Graph): Node[] {
  const taken = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  let words = `${node.outputs[0]!}/word_embeddings`;
  while (taken.has(words)) words += '_';
  const [ids, segments, table, ...others] = node.inputs;
  return [
    {
      op: 'Gather',
      domain: '',
      name: words,
      inputs: [table!, ids!],
      outputs: [words],
      attributes: { axis: int(0) },
    },
    { ...node, domain: 'ptune', op: rest, inputs: [words, segments ?? '', ...others] },
  ];
}

/**
 * The operator behind the lookup. Inputs: words [B, T, D], segment_ids, position table [P, D],
 * segment table, γ, β, mask [B, T], position_ids.
 */
function embedded(
  c: LoweringContext,
  words: string,
  inputs: readonly string[],
): (string | undefined)[] {
  const { builder } = c;
  const [segmentIds, positions, segments, scale, bias, mask, positionIds] = inputs;
  const [batch, length] = c.shape(words) as [number, number];
  if (!positions || !scale || !bias) return c.refuse('A table or a scale is missing.');
  const lookUp = (table: string, ids: string) => c.with('Gather', [table, ids], { axis: int(0) });
  const place = positionIds
    ? lookUp(positions, positionIds)
    : c.op('Unsqueeze', c.slice(positions, 0, 0, length), builder.ints([0]));
  let sum = c.op('Add', words, place);
  if (segments) {
    const ids = segmentIds || builder.filled(0, [batch, length], 'int64');
    sum = c.op('Add', sum, lookUp(segments, ids));
  }
  const output = layerNormalized(c, sum, scale, bias, c.float('epsilon', 1e-12));
  return [output, c.gives(1) ? attended(c, mask || undefined, batch) : undefined, sum];
}

/** How many positions of each row are attended to: the form of a mask that Attention takes. */
function attended(c: LoweringContext, mask: string | undefined, batch: number): string {
  if (c.int('mask_index_type', 1) > 1) c.refuse('This "mask_index_type" is not supported.');
  if (mask === undefined) return c.builder.filled(0, [batch], 'int32');
  const count = c.with('ReduceSum', [mask, c.builder.ints([1])], { keepdims: int(0) });
  return c.with('Cast', [count], castTo('int32'));
}

const attributes = ['epsilon', 'mask_index_type'];
const becomes = 'LayerNormalization(words + positions + segments)';

export const embeddings: LoweringTable = {
  [fused]: {
    attributes,
    since: 1,
    becomes,
    lower: (c: LoweringContext) => {
      const [ids, segmentIds, table, ...others] = c.inputs;
      if (!ids || !table) return c.refuse('The ids or the table of word embeddings are missing.');
      const words = c.with('Gather', [table, ids], { axis: int(0) });
      return embedded(c, words, [segmentIds ?? '', ...others]);
    },
  },

  [`ptune.${rest}`]: {
    attributes,
    since: 1,
    becomes,
    lower: (c) => embedded(c, c.input(0), c.inputs.slice(1)),
  },
};
