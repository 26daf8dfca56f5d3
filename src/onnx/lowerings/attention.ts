/** Attention as ONNX Runtime fuses it: whole layers, and layers behind their projections. */
import { castTo } from '../builder.ts';
import { int, intsAttribute } from '../graph.ts';
import {
  attend,
  biasOf,
  causalMask,
  joinHeads,
  restricted,
  splitHeads,
  withPast,
  type Heads,
} from './attend.ts';
import type { LoweringContext, LoweringTable } from './lowering.ts';

/**
 * The bias that a padding mask stands for, broadcast to [B, 1, S, T]: `filter` where it hides a key.
 * Its forms: [B, T] or [B, S, T] of 0 and 1; [B], where each row ends; [2·B], ends and then starts.
 */
function paddingBias(
  c: LoweringContext,
  mask: string | undefined,
  keys: number,
  like: string,
): string | undefined {
  if (mask === undefined) return undefined;
  const { builder } = c;
  const filter = c.float('mask_filter_value', -10000);
  const shape = c.shape(mask);
  const batch = c.shape(like)[0]!;
  const [first] = shape;
  const whole = c.with('Cast', [mask], castTo('int64'));
  if (shape.length === 1) {
    const places = builder.constant(
      'int64',
      [1, keys],
      Array.from({ length: keys }, (_, i) => i),
    );
    const part = (from: number) =>
      c.reshape(c.slice(whole, 0, from * batch, (from + 1) * batch), [batch, 1]);
    if (first !== batch && first !== 2 * batch) {
      c.refuse(`A mask of ${first} numbers for ${batch} rows is not supported.`);
    }
    let seen = c.op('Less', places, part(0));
    if (first === 2 * batch) {
      seen = c.op('And', seen, c.op('GreaterOrEqual', places, part(1)));
    }
    return biasOf(c, c.reshape(seen, [batch, 1, 1, keys]), filter, like);
  }
  if (shape.at(-1) !== keys || shape.length > 3) {
    c.refuse(`A mask of shape [${shape.join(', ')}] for ${keys} keys is not supported.`);
  }
  const seen = c.op('Greater', whole, builder.constant('int64', [], [0]));
  const queries = shape.length === 3 ? shape[1]! : 1;
  return biasOf(c, c.reshape(seen, [first!, 1, queries, keys]), filter, like);
}

/** Attention with the masks that both operators have. */
function masked(
  c: LoweringContext,
  heads: Heads,
  padding: string | undefined,
  bias: string | undefined,
): string {
  const queries = c.shape(heads.query)[2]!;
  const keys = c.shape(heads.key)[2]!;
  const ownBias = paddingBias(c, padding, keys, heads.query);
  const causal = c.int('unidirectional', 0) === 1;
  const mask = causal
    ? restricted(c, causalMask(c, { queries, keys }), ownBias, heads.query)
    : ownBias;
  const scale = c.float('scale', 0);
  return attend(c, heads, { scale: scale === 0 ? undefined : scale, biases: [mask, bias] });
}

/** Parts of these lengths along the last axis. */
function parts(c: LoweringContext, x: string, lengths: readonly number[]): string[] {
  return c.builder.ops('Split', [x, c.builder.ints(lengths)], lengths.length, { axis: int(-1) });
}

/** Past [2, B, N, P, E] as keys and values. */
function pastParts(c: LoweringContext, past: string | undefined): (string | undefined)[] {
  if (past === undefined) return [undefined, undefined];
  const shape = c.shape(past).slice(1);
  return [0, 1].map((i) => c.reshape(c.slice(past, 0, i, i + 1), shape));
}

function lowerAttention(c: LoweringContext): (string | undefined)[] {
  if (c.int('do_rotary', 0) !== 0) c.refuse('Rotary embedding inside of it is not supported.');
  if (c.int('past_present_share_buffer', 0) !== 0) {
    c.refuse('A buffer that past and present share is not supported.');
  }
  c.refuseInputs({ 6: 'past_sequence_length' });
  const count = c.int('num_heads', 0);
  const weights = c.input(1);
  const total = c.shape(weights)[1]!;
  const widths = intsAttribute(c.node.attributes, 'qkv_hidden_sizes') ?? [
    total / 3,
    total / 3,
    total / 3,
  ];
  const product = c.op('MatMul', c.input(0), weights);
  const bias = c.optional(2);
  const projected = bias === undefined ? product : c.op('Add', product, bias);
  const [query, key, value] = parts(c, projected, widths).map((x) => splitHeads(c, x, count));
  const [pastKey, pastValue] = pastParts(c, c.optional(4));
  const heads = {
    query: query!,
    key: withPast(c, pastKey, key!),
    value: withPast(c, pastValue, value!),
  };
  const output = joinHeads(c, masked(c, heads, c.optional(3), c.optional(5)));
  if (!c.gives(1)) return [output];
  const lifted = [heads.key, heads.value].map((x) => c.op('Unsqueeze', x, c.builder.ints([0])));
  return [output, c.concat(lifted, 0)];
}

/** Query, key and value of MultiHeadAttention as heads, from any of its packings. */
function unpacked(c: LoweringContext, count: number): Heads {
  const query = c.input(0);
  const [key, value] = [c.optional(1), c.optional(2)];
  // [B, S, N, 3 or 2, E] → heads
  const inner = (x: string, index: number) => {
    const [batch, length, heads, , width] = c.shape(x) as [number, number, number, number, number];
    const own = c.reshape(c.slice(x, 3, index, index + 1), [batch, length, heads, width]);
    return c.transpose(own, [0, 2, 1, 3]);
  };
  const biases = biasParts(c, query, value);
  const heads = (x: string, index: number) =>
    splitHeads(c, biases ? c.op('Add', x, biases[index]!) : x, count);
  if (c.shape(query).length === 5) {
    if (biases) c.refuse('A bias beside packed queries, keys and values is not supported.');
    return { query: inner(query, 0), key: inner(query, 1), value: inner(query, 2) };
  }
  if (key === undefined) c.refuse('Its keys are missing.');
  if (c.shape(key).length === 5) {
    if (biases) c.refuse('A bias beside packed keys and values is not supported.');
    return { query: splitHeads(c, query, count), key: inner(key, 0), value: inner(key, 1) };
  }
  if (value === undefined) c.refuse('Its values are missing.');
  // Keys and values with four axes are heads already, from another layer.
  const own = (x: string, index: number) => (c.shape(x).length === 4 ? x : heads(x, index));
  return { query: heads(query, 0), key: own(key, 1), value: own(value, 2) };
}

/** The three parts of the bias of the projections. */
function biasParts(
  c: LoweringContext,
  query: string,
  value: string | undefined,
): string[] | undefined {
  const bias = c.optional(3);
  if (bias === undefined) return undefined;
  const total = c.shape(bias)[0]!;
  const width = c.shape(query).at(-1)!;
  const last = value && c.shape(value).length === 3 ? c.shape(value).at(-1)! : total - 2 * width;
  return parts(c, bias, [(total - last) / 2, (total - last) / 2, last]);
}

function lowerMultiHeadAttention(c: LoweringContext): (string | undefined)[] {
  c.refuseInputs({ 8: 'past_sequence_length', 9: 'cache_indirection' });
  const { query, key, value } = unpacked(c, c.int('num_heads', 0));
  const heads = {
    query,
    key: withPast(c, c.optional(6), key),
    value: withPast(c, c.optional(7), value),
  };
  const output = joinHeads(c, masked(c, heads, c.optional(4), c.optional(5)));
  return [output, heads.key, heads.value];
}

const shared = ['mask_filter_value', 'num_heads', 'scale', 'unidirectional'];

export const attentions: LoweringTable = {
  'com.microsoft.Attention': {
    attributes: [
      ...shared,
      'do_rotary',
      'past_present_share_buffer',
      'qkv_hidden_sizes',
      'rotary_embedding_dim',
    ],
    since: 1,
    becomes: 'softmax(s·Q·Kᵀ + mask)·V with Q, K, V = X·W + b',
    lower: lowerAttention,
  },
  'com.microsoft.MultiHeadAttention': {
    attributes: shared,
    since: 1,
    becomes: 'softmax(s·Q·Kᵀ + mask)·V',
    lower: lowerMultiHeadAttention,
  },
};
