/** Attention whose queries share heads of keys and values, and the attention of ONNX itself. */
import {
  attend,
  biasOf,
  causalMask,
  joinHeads,
  lowest,
  repeatHeads,
  restricted,
  splitHeads,
  withPast,
} from './attend.ts';
import type { LoweringContext, LoweringTable } from './lowering.ts';
import { rotated, rowsAt } from './rotary.ts';

/** Query, key and value [B, S, …], which may come packed in one. */
function groupedInputs(
  c: LoweringContext,
  heads: number,
  groups: number,
): [string, string, string] {
  const query = c.input(0);
  const [key, value] = [c.optional(1), c.optional(2)];
  if (key !== undefined && value !== undefined) {
    return [splitHeads(c, query, heads), splitHeads(c, key, groups), splitHeads(c, value, groups)];
  }
  const all = splitHeads(c, query, heads + 2 * groups);
  const [ends, start] = [
    [heads, heads + groups, heads + 2 * groups],
    [0, heads, heads + groups],
  ];
  return start.map((from, i) => c.slice(all, 1, from, ends[i]!)) as [string, string, string];
}

/** Heads turned by their positions, counted from the first of `position_ids` or from 0. */
function turned(c: LoweringContext, x: string): string {
  const length = c.shape(x)[2]!;
  const counted = c.builder.constant(
    'int64',
    [1, length],
    Array.from({ length }, (_, i) => i),
  );
  const given = c.optional(9);
  const ids = given ? c.op('Add', counted, c.slice(c.slice(given, 0, 0, 1), 1, 0, 1)) : counted;
  const [cos, sin] = [7, 8].map((i) => rowsAt(c, c.input(i), ids));
  const interleaved = c.int('rotary_interleaved', 0) === 1;
  return rotated(c, x, { cos: cos!, sin: sin!, interleaved });
}

/**
 * A prompt that is read at once: nothing is cached before it. How long each row is (seqlens_k) only
 * matters at positions behind its end, which no position in it sees.
 */
function lowerGroupQueryAttention(c: LoweringContext): (string | undefined)[] {
  const past = c.optional(3);
  if (past !== undefined && c.shape(past)[2] !== 0) {
    c.refuse(`${c.shape(past)[2]} cached keys are given; only a prompt without any is supported.`);
  }
  c.refuseInputs({ 12: 'k_scale', 13: 'v_scale', 14: 'q_norm_weight', 15: 'k_norm_weight' });
  for (const name of ['k_quant_type', 'v_quant_type']) {
    if (c.string(name, 'NONE') !== 'NONE') c.refuse('Cached keys of few bits are not supported.');
  }
  if (c.int('qk_output', 0) !== 0 && c.gives(3)) c.refuse('Its output of scores is not supported.');
  const heads = c.int('num_heads', 0);
  const groups = c.int('kv_num_heads', 0);
  const [plainQuery, plainKey, value] = groupedInputs(c, heads, groups);
  const isTurned = c.int('do_rotary', 0) === 1;
  const query = isTurned ? turned(c, plainQuery) : plainQuery;
  const key = isTurned ? turned(c, plainKey) : plainKey;
  const length = c.shape(query)[2]!;
  const window = Math.max(0, c.int('local_window_size', -1));
  const causal = c.int('causal', 1) === 1;
  const mask = causal && causalMask(c, { queries: length, keys: length, width: window });
  const scale = c.float('scale', 0);
  const sinks = c.optional(11);
  const smooth = c.int('smooth_softmax', 0) === 1;
  const sink = sinks ? c.reshape(sinks, [1, heads, 1, 1]) : smooth ? c.scalar(0, query) : undefined;
  const output = attend(
    c,
    { query, key: repeatHeads(c, key, heads), value: repeatHeads(c, value, heads) },
    {
      scale: scale === 0 ? undefined : scale,
      biases: [mask ? restricted(c, mask, undefined, query) : undefined, c.optional(10)],
      softcap: c.float('softcap', 0),
      sink,
    },
  );
  return [joinHeads(c, output), key, value];
}

/** The mask of ONNX's Attention as a bias [B, N, S, T]; it may be too short, which hides the rest. */
function standardBias(c: LoweringContext, keys: number, like: string): string | undefined {
  const mask = c.optional(3);
  if (mask === undefined) return undefined;
  const { dtype, shape } = c.builder.typeOf(mask);
  const rank = shape.length;
  const bias = dtype === 'bool' ? biasOf(c, mask, lowest, like) : mask;
  const missing = keys - shape.at(-1)!;
  if (missing === 0 || shape.at(-1) === 1) return bias;
  const pads = [...new Array<number>(2 * rank - 1).fill(0), missing];
  return c.op('Pad', bias, c.builder.ints(pads), c.scalar(lowest, like));
}

function lowerStandardAttention(c: LoweringContext): (string | undefined)[] {
  c.refuseInputs({ 6: 'nonpad_kv_seqlen' });
  if (c.gives(3)) c.refuse('Its output of scores is not supported.');
  const isFlat = c.shape(c.input(0)).length === 3;
  const heads = (index: number, attribute: string) =>
    isFlat ? splitHeads(c, c.input(index), c.int(attribute, 0)) : c.input(index);
  const query = heads(0, 'q_num_heads');
  const key = withPast(c, c.optional(4), heads(1, 'kv_num_heads'));
  const value = withPast(c, c.optional(5), heads(2, 'kv_num_heads'));
  const [, count, queries] = c.shape(query) as [number, number, number];
  const keys = c.shape(key)[2]!;
  const bias = standardBias(c, keys, query);
  const scale = c.float('scale', 0);
  const isCausal = c.int('is_causal', 0) === 1;
  const mask = isCausal
    ? restricted(c, standardCausal(c, queries, keys), undefined, query)
    : undefined;
  const output = attend(
    c,
    { query, key: repeatHeads(c, key, count), value: repeatHeads(c, value, count) },
    {
      scale: scale === 0 ? undefined : scale,
      biases: [mask, bias],
      softcap: c.float('softcap', 0),
    },
  );
  return [isFlat ? joinHeads(c, output) : output, key, value];
}

/** Queries are counted behind the cached keys, or from 0 where there are none. */
function standardCausal(c: LoweringContext, queries: number, keys: number): string {
  const past = c.optional(4);
  const before = past === undefined ? 0 : c.shape(past)[2]!;
  const elements = Array.from({ length: queries * keys }, (_, i) =>
    Number(i % keys <= Math.floor(i / keys) + before),
  );
  return c.builder.constant('bool', [1, 1, queries, keys], elements);
}

export const groupedAttentions: LoweringTable = {
  'com.microsoft.GroupQueryAttention': {
    attributes: [
      'causal',
      'do_rotary',
      'k_quant_type',
      'kv_cache_bit_width',
      'kv_num_heads',
      'local_window_size',
      'num_heads',
      'qk_norm_epsilon',
      'qk_output',
      'rotary_interleaved',
      'scale',
      'smooth_softmax',
      'softcap',
      'v_quant_type',
    ],
    since: 1,
    becomes: 'softmax(s·Q·Kᵀ + mask)·V with shared K and V',
    lower: lowerGroupQueryAttention,
  },
  Attention: {
    attributes: [
      'is_causal',
      'kv_num_heads',
      'q_num_heads',
      'qk_matmul_output_mode',
      'scale',
      'softcap',
      'softmax_precision',
    ],
    since: 23,
    becomes: 'softmax(s·Q·Kᵀ + mask)·V',
    lower: lowerStandardAttention,
  },
};
