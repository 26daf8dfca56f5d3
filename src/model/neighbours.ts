/**
 * Models that put the embeddings of a token's neighbours beside its own before anything masks them
 * (MobileBERT, Sun et al. 2020, arXiv:2004.02984, section 3.1). Behind the ends of a text they see
 * zeros, so padding must be zeros, too, or a text in a batch would not be what it is alone.
 */
import type { GraphBuilder } from '../onnx/builder.ts';
import { castTo } from '../onnx/builder.ts';
import type { Graph } from '../onnx/graph.ts';

/** Whether looked-up embeddings, the value `embeddings`, are moved by a place and filled up. */
export function readsNeighbours({ nodes }: Graph, embeddings: string): boolean {
  const cut = nodes.filter(({ op, inputs }) => op === 'Slice' && inputs[0] === embeddings);
  const moved = new Set([embeddings, ...cut.flatMap(({ outputs }) => outputs)]);
  return nodes.some(({ op, inputs }) => op === 'Pad' && moved.has(inputs[0] ?? ''));
}

/**
 * Embeddings with zeros where nothing is attended to.
 *
 * @param embeddings     float32 [B, T, D]
 * @param attentionMask  int64 [B, T]
 */
export function withoutPadding(
  builder: GraphBuilder,
  embeddings: string,
  attentionMask: string,
): string {
  const kept = builder.op('Cast', [attentionMask], castTo('bool'));
  const condition = builder.op('Unsqueeze', [kept, builder.ints([2])]);
  return builder.op('Where', [condition, embeddings, builder.scalar(0)]);
}
