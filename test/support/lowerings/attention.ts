/** Uses of attention in all its forms, and of rotations. */
import { float, int, ints, type Attributes } from '../../../src/onnx/graph.ts';
import type { Shape } from '../../../src/onnx/tensor.ts';
import type { GraphMaker } from '../graphMaker.ts';
import { fused, int32, one, ours, standard, type LoweringCase } from './case.ts';

/** X [2, 3, 4], weights for two heads of width 2, and their bias. */
const attentionShapes: readonly Shape[] = [[2, 3, 4], [4, 12], [12]];

export const attentionCases: readonly LoweringCase[] = [
  one(ours('Attention'), 'alone', attentionShapes, fused('Attention', { num_heads: int(2) })),
  one(
    ours('Attention'),
    'causal, with a scale',
    attentionShapes,
    fused('Attention', { num_heads: int(2), unidirectional: int(1), scale: float(0.3) }),
  ),
  ...(
    [
      ['a mask', [2, 3], [1, 1, 0, 1, 1, 1]],
      ['a mask for each query', [2, 3, 3], [1, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0]],
      ['the ends of rows', [2], [2, 3]],
      ['ends and starts of rows', [4], [3, 2, 1, 0]],
    ] as const
  ).map(([label, shape, data]) =>
    one(ours('Attention'), `with ${label}`, attentionShapes, (g, x) => {
      const attributes = { num_heads: int(2), mask_filter_value: float(-50) };
      return fused('Attention', attributes)(g, [...x, int32(g, shape, data)]);
    }),
  ),
  one(
    ours('Attention'),
    'with cached keys and a mask',
    [...attentionShapes, [2, 2, 2, 2, 2]],
    (g, x) => {
      const mask = int32(g, [2, 5], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1]);
      const attributes = { num_heads: int(2), unidirectional: int(1) };
      return fused('Attention', attributes, 2)(g, [...x.slice(0, 3), mask, x[3]!]);
    },
  ),
  one(ours('Attention'), 'with an added bias', [...attentionShapes, [1, 2, 3, 3]], (g, x) => {
    const inputs = [...x.slice(0, 3), '', '', x[3]!];
    return fused('Attention', { num_heads: int(2) })(g, inputs);
  }),
  one(
    ours('Attention'),
    'with wider values',
    [[2, 3, 4], [4, 14], [14]],
    fused('Attention', { num_heads: int(2), qkv_hidden_sizes: ints([4, 4, 6]) }),
  ),

  one(
    ours('MultiHeadAttention'),
    'of three inputs',
    [
      [2, 3, 4],
      [2, 5, 4],
      [2, 5, 6],
    ],
    fused('MultiHeadAttention', { num_heads: int(2) }),
  ),
  one(
    ours('MultiHeadAttention'),
    'with biases, a mask and an added bias',
    [[2, 3, 4], [2, 3, 4], [2, 3, 4], [12], [1, 1, 3, 3]],
    (g, x) => {
      const mask = int32(g, [2, 3], [1, 1, 0, 1, 1, 1]);
      const inputs = [...x.slice(0, 4), mask, x[4]!];
      return fused('MultiHeadAttention', { num_heads: int(2) }, 3)(g, inputs);
    },
  ),
  one(
    ours('MultiHeadAttention'),
    'causal, with cached keys and values',
    [
      [2, 3, 4],
      [2, 3, 4],
      [2, 3, 4],
      [2, 2, 2, 2],
      [2, 2, 2, 2],
    ],
    (g, x) => {
      const inputs = [...x.slice(0, 3), '', '', '', ...x.slice(3)];
      const attributes = { num_heads: int(2), unidirectional: int(1) };
      return fused('MultiHeadAttention', attributes, 3)(g, inputs);
    },
  ),
  one(
    ours('MultiHeadAttention'),
    "with another layer's heads",
    [
      [2, 3, 4],
      [2, 2, 5, 2],
      [2, 2, 5, 2],
    ],
    fused('MultiHeadAttention', { num_heads: int(2) }),
  ),
];

/** Tables for eight positions; a table of angles is a constant, as in models. */
function angles(g: GraphMaker, half: number): [cos: string, sin: string] {
  const table = (f: (x: number) => number) =>
    g.constant(
      'float32',
      [8, half],
      Array.from({ length: 8 * half }, (_, i) => f(Math.floor(i / half) / ((i % half) + 1))),
    );
  return [table(Math.cos), table(Math.sin)];
}

export const rotaryCases: readonly LoweringCase[] = [0, 1].flatMap((interleaved) => [
  one(ours('RotaryEmbedding'), `joined heads, interleaved ${interleaved}`, [[2, 3, 8]], (g, x) => {
    const ids = g.constant('int64', [2, 3], [0, 1, 2, 5, 6, 7]);
    const attributes = { interleaved: int(interleaved) };
    return fused('RotaryEmbedding', attributes)(g, [...x, ids, ...angles(g, 2)]);
  }),
  one(ours('RotaryEmbedding'), `apart, interleaved ${interleaved}`, [[2, 2, 3, 4]], (g, x) => {
    const start = g.constant('int64', [1], [3]);
    const attributes = { interleaved: int(interleaved) };
    return fused('RotaryEmbedding', attributes)(g, [...x, start, ...angles(g, 2)]);
  }),
  one(ours('RotaryEmbedding'), `a part, interleaved ${interleaved}`, [[2, 3, 12]], (g, x) => {
    const ids = g.constant('int64', [2, 3], [0, 1, 2, 5, 6, 7]);
    const attributes = {
      interleaved: int(interleaved),
      num_heads: int(2),
      rotary_embedding_dim: int(4),
    };
    return fused('RotaryEmbedding', attributes)(g, [...x, ids, ...angles(g, 2)]);
  }),
  one(
    'RotaryEmbedding',
    `joined heads, a part, interleaved ${interleaved}`,
    [[2, 3, 12]],
    (g, x) => {
      const ids = g.constant('int64', [2, 3], [0, 1, 2, 5, 6, 7]);
      const attributes = {
        interleaved: int(interleaved),
        num_heads: int(2),
        rotary_embedding_dim: int(4),
      };
      return standard('RotaryEmbedding', attributes)(g, [...x, ...angles(g, 2), ids]);
    },
    { opset: 23 },
  ),
  one(
    'RotaryEmbedding',
    `with angles as inputs, interleaved ${interleaved}`,
    [
      [2, 2, 3, 4],
      [2, 3, 2],
      [2, 3, 2],
    ],
    standard('RotaryEmbedding', { interleaved: int(interleaved) }),
    { opset: 23 },
  ),
]);

/** Query of four heads of width 8, keys and values of two. */
const groupedShapes: readonly Shape[] = [
  [2, 3, 32],
  [2, 3, 16],
  [2, 3, 16],
];

/** A prompt whose rows are all of length 3, for GroupQueryAttention. */
function grouped(attributes: Attributes, more: readonly string[] = [], count = 1) {
  return (g: GraphMaker, x: readonly string[]): string[] => {
    const ends = [int32(g, [2], [2, 2]), int32(g, [1], [3])];
    const inputs = [...x.slice(0, 3), ...['', '', ''].slice(x.length), '', '', ...ends, ...more];
    const all = { num_heads: int(4), kv_num_heads: int(2), ...attributes };
    return fused('GroupQueryAttention', all, count)(g, inputs);
  };
}

export const groupedCases: readonly LoweringCase[] = [
  one(ours('GroupQueryAttention'), 'alone', groupedShapes, (g, x) => grouped({}, [], 1)(g, x)),
  one(ours('GroupQueryAttention'), 'packed', [[2, 3, 64]], (g, x) =>
    grouped({})(g, [...x, '', '']),
  ),
  ...[0, 1].map((interleaved) =>
    one(
      ours('GroupQueryAttention'),
      `packed, with rotation, interleaved ${interleaved}`,
      [[2, 3, 128]],
      (g, x) => {
        const attributes = { do_rotary: int(1), rotary_interleaved: int(interleaved) };
        const places = g.constant('int64', [2, 3], [2, 3, 4, 2, 3, 4]);
        const more = [...angles(g, 8), ...(interleaved ? [places] : [])];
        return grouped(attributes, more)(g, [...x, '', '']);
      },
    ),
  ),
  one(
    ours('GroupQueryAttention'),
    'with a window, a scale and a cap',
    groupedShapes,
    grouped({ local_window_size: int(2), scale: float(0.7), softcap: float(1.5) }),
  ),
  one(
    ours('GroupQueryAttention'),
    'with a smooth softmax',
    groupedShapes,
    grouped({ smooth_softmax: int(1) }),
  ),
  one(
    ours('GroupQueryAttention'),
    'with a bias and sinks',
    [...groupedShapes, [1, 4, 3, 3], [4]],
    (g, x) => grouped({}, ['', '', '', x[3]!, x[4]!])(g, x.slice(0, 3)),
  ),
  ...(
    [
      [
        'flat',
        [
          [2, 3, 8],
          [2, 5, 4],
          [2, 5, 4],
        ],
        { q_num_heads: int(4), kv_num_heads: int(2) },
      ],
      [
        'heads',
        [
          [2, 4, 3, 2],
          [2, 2, 5, 2],
          [2, 2, 5, 3],
        ],
        { scale: float(0.3) },
      ],
      [
        'causal',
        [
          [2, 2, 3, 4],
          [2, 2, 3, 4],
          [2, 2, 3, 4],
        ],
        { is_causal: int(1) },
      ],
      [
        'with a cap',
        [
          [2, 2, 3, 4],
          [2, 2, 3, 4],
          [2, 2, 3, 4],
        ],
        { softcap: float(1.5) },
      ],
      [
        'with a bias',
        [
          [2, 2, 3, 4],
          [2, 2, 5, 4],
          [2, 2, 5, 4],
          [3, 5],
        ],
        {},
      ],
    ] as const
  ).map(([label, shapes, attributes]) =>
    one('Attention', label, shapes, standard('Attention', attributes), { opset: 23 }),
  ),
  one(
    'Attention',
    'causal with cached keys and a mask',
    [
      [2, 2, 3, 4],
      [2, 2, 3, 4],
      [2, 2, 3, 4],
      [2, 2, 2, 4],
      [2, 2, 2, 4],
    ],
    (g, x) => {
      const data = [1, 1, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1];
      const mask = g.constant('bool', [3, 5], data);
      const inputs = [...x.slice(0, 3), mask, ...x.slice(3)];
      return g.ops('Attention', inputs, 3, { is_causal: int(1) });
    },
    { opset: 23 },
  ),
];
