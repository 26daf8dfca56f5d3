/**
 * The bundled causal language model as an ONNX graph: GPT-2's architecture (Radford et al. 2019;
 * layers that normalise first, the embeddings as the head), small. Inputs, outputs and operators are
 * those of an export by Optimum for text generation with cached keys and values.
 */
import { int, ints, type ValueInfo } from '../../src/onnx/graph.ts';
import type { Architecture } from './architecture.ts';
import { GraphParts, type ModelDefinition } from './weights.ts';

/** The standard operator set of exports that know neither LayerNormalization nor Gelu. */
const opset = 14;

/**
 * The graph of a causal language model: input_ids [B, T], attention_mask [B, P + T], position_ids
 * [B, T] and the keys and values of P earlier tokens → logits [B, T, V], keys and values of P + T.
 */
export function defineCausalModel(a: Architecture): ModelDefinition {
  return new Definition(a).finish();
}

class Definition {
  readonly #a: Architecture;
  readonly #parts = new GraphParts();

  constructor(a: Architecture) {
    this.#a = a;
  }

  finish(): ModelDefinition {
    const parts = this.#parts;
    const { layers, vocabularySize } = this.#a;
    const bias = this.#attentionBias();
    let x = this.#embeddings();
    for (let layer = 0; layer < layers; layer++) x = this.#block(x, bias, layer);
    const last = this.#normalized(x, 'transformer.ln_f');
    const table = parts.op('Transpose', ['transformer.wte.weight'], 'lm_head.table', {
      perm: ints([1, 0]),
    });
    parts.op('MatMul', [last, table], 'logits');
    const open = ['batch_size', 'sequence_length'];
    const all = 'past_sequence_length + sequence_length';
    const ids = (name: string, shape: readonly string[]): ValueInfo => ({
      name,
      dtype: 'int64',
      shape: [...shape],
    });
    return {
      graph: {
        name: 'mini-clm',
        inputs: [
          ids('input_ids', open),
          ids('attention_mask', ['batch_size', all]),
          ids('position_ids', open),
          ...this.#cache('past_key_values', 'past_sequence_length'),
        ],
        outputs: [
          { name: 'logits', dtype: 'float32', shape: [...open, vocabularySize] },
          ...this.#cache('present', all),
        ],
        nodes: parts.nodes,
        initializers: parts.constants,
      },
      weights: parts.weights,
      opset,
      causal: true,
    };
  }

  #cache(prefix: string, length: string): ValueInfo[] {
    const { layers, heads, width } = this.#a;
    return Array.from({ length: layers }, (_, layer) => layer).flatMap((layer) =>
      ['key', 'value'].map((part): ValueInfo => ({
        name: `${prefix}.${layer}.${part}`,
        dtype: 'float32',
        shape: ['batch_size', heads, length, width / heads],
      })),
    );
  }

  /** [B, 1, T, P + T]: 0 where a token is attended to, a large negative number elsewhere. */
  #attentionBias(): string {
    const parts = this.#parts;
    const size = (value: string, axis: number, name: string) => {
      const shape = parts.op('Shape', [value], `${name}.shape`);
      const at = parts.scalar(`${name}.axis`, axis, 'int64');
      return parts.op('Gather', [shape, at], name, { axis: int(0) });
    };
    const past = size('past_key_values.0.key', 2, 'length.past');
    const all = size('attention_mask', 1, 'length.all');
    const zero = parts.scalar('range.start', 0, 'int64');
    const one = parts.scalar('range.step', 1, 'int64');
    const rows = parts.op('Range', [past, all, one], 'causal.rows');
    const columns = parts.op('Range', [zero, all, one], 'causal.columns');
    const row = parts.op('Unsqueeze', [rows, parts.ints('axis.1', [1])], 'causal.row');
    const column = parts.op('Unsqueeze', [columns, parts.ints('axis.0', [0])], 'causal.column');
    const later = parts.op('Greater', [column, row], 'causal.later');
    const axes = parts.ints('axes.mask', [1, 2]);
    const kept = parts.op('Unsqueeze', ['attention_mask', axes], 'mask.axes');
    const hidden = parts.op('Equal', [kept, parts.scalar('mask.zero', 0, 'int64')], 'mask.hidden');
    const either = parts.op('Or', [later, hidden], 'mask.either');
    const inputs = [either, parts.scalar('masked', -1e4), parts.scalar('attended', 0)];
    return parts.op('Where', inputs, 'mask.bias');
  }

  #embeddings(): string {
    const { vocabularySize, positions, width } = this.#a;
    const parts = this.#parts;
    const words = parts.weight('transformer.wte.weight', [vocabularySize, width]);
    const places = parts.weight('transformer.wpe.weight', [positions, width]);
    const axis = { axis: int(0) };
    const word = parts.op('Gather', [words, 'input_ids'], 'transformer.wte.rows', axis);
    const place = parts.op('Gather', [places, 'position_ids'], 'transformer.wpe.rows', axis);
    return parts.op('Add', [word, place], 'transformer.embeddings');
  }

  /** Layer normalization (Ba et al. 2016, arXiv:1607.06450) in operators of every version. */
  #normalized(x: string, name: string): string {
    const parts = this.#parts;
    const { width } = this.#a;
    const mean = (value: string, output: string) =>
      parts.op('ReduceMean', [value], output, { axes: ints([-1]), keepdims: int(1) });
    const centred = parts.op('Sub', [x, mean(x, `${name}.mean`)], `${name}.centred`);
    const squared = parts.op('Pow', [centred, parts.scalar('two', 2)], `${name}.squared`);
    const variance = mean(squared, `${name}.variance`);
    const stable = parts.op('Add', [variance, parts.scalar('epsilon', 1e-5)], `${name}.stable`);
    const deviation = parts.op('Sqrt', [stable], `${name}.deviation`);
    const unit = parts.op('Div', [centred, deviation], `${name}.unit`);
    const scale = parts.weight(`${name}.weight`, [width], 'ones');
    const bias = parts.weight(`${name}.bias`, [width], 'zeros');
    const scaled = parts.op('Mul', [unit, scale], `${name}.scaled`);
    return parts.op('Add', [scaled, bias], `${name}.normalized`);
  }

  #block(x: string, bias: string, layer: number): string {
    const parts = this.#parts;
    const { width, hidden } = this.#a;
    const name = `transformer.h.${layer}`;
    const attended = this.#attention(this.#normalized(x, `${name}.ln_1`), bias, layer);
    const middle = parts.op('Add', [attended, x], `${name}.attended`);
    const normalized = this.#normalized(middle, `${name}.ln_2`);
    const inner = parts.linear(normalized, `${name}.mlp.c_fc`, width, hidden);
    const active = this.#gelu(inner, `${name}.mlp.act`);
    const outer = parts.linear(active, `${name}.mlp.c_proj`, hidden, width);
    return parts.op('Add', [middle, outer], `${name}.output`);
  }

  #attention(x: string, bias: string, layer: number): string {
    const parts = this.#parts;
    const { width, heads } = this.#a;
    const headWidth = width / heads;
    const name = `transformer.h.${layer}.attn`;
    const all = parts.linear(x, `${name}.c_attn`, width, 3 * width);
    const lengths = parts.ints('split.lengths', [width, width, width]);
    const split = parts.ints('shape.heads', [0, 0, heads, headWidth]);
    const [q, k, v] = parts
      .ops(
        'Split',
        [all, lengths],
        ['query', 'key', 'value'].map((part) => `${name}.${part}`),
        { axis: int(2) },
      )
      .map((part) => {
        const perHead = parts.op('Reshape', [part, split], `${part}.heads`);
        return parts.op('Transpose', [perHead], `${part}.transposed`, { perm: ints([0, 2, 1, 3]) });
      });
    const [keys, values] = [
      ['key', k!],
      ['value', v!],
    ].map(([part, own]) =>
      parts.op('Concat', [`past_key_values.${layer}.${part!}`, own!], `present.${layer}.${part!}`, {
        axis: int(2),
      }),
    );
    const turned = parts.op('Transpose', [keys!], `${name}.keys`, { perm: ints([0, 1, 3, 2]) });
    const product = parts.op('MatMul', [q!, turned], `${name}.product`);
    const scores = parts.op(
      'Div',
      [product, parts.scalar('scale', Math.sqrt(headWidth))],
      `${name}.scores`,
    );
    const biased = parts.op('Add', [scores, bias], `${name}.biased`);
    const weights = parts.op('Softmax', [biased], `${name}.weights`, { axis: int(-1) });
    const context = parts.op('MatMul', [weights, values!], `${name}.context`);
    const back = parts.op('Transpose', [context], `${name}.back`, { perm: ints([0, 2, 1, 3]) });
    const joined = parts.op(
      'Reshape',
      [back, parts.ints('shape.joined', [0, 0, width])],
      `${name}.joined`,
    );
    return parts.linear(joined, `${name}.c_proj`, width, width);
  }

  /** 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))), the approximation that GPT-2 uses. */
  #gelu(x: string, name: string): string {
    const parts = this.#parts;
    const cube = parts.op('Pow', [x, parts.scalar('three', 3)], `${name}.cube`);
    const small = parts.op('Mul', [cube, parts.scalar('gelu.cubic', 0.044715)], `${name}.small`);
    const sum = parts.op('Add', [x, small], `${name}.sum`);
    const root = parts.scalar('gelu.root', Math.sqrt(2 / Math.PI));
    const tanh = parts.op('Tanh', [parts.op('Mul', [sum, root], `${name}.inner`)], `${name}.tanh`);
    const gate = parts.op('Add', [tanh, parts.scalar('gelu.one', 1)], `${name}.gate`);
    const half = parts.op('Mul', [x, parts.scalar('gelu.half', 0.5)], `${name}.half`);
    return parts.op('Mul', [half, gate], `${name}.gelu`);
  }
}
