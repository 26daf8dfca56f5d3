/**
 * A causal language model of LLaMA's kind as exporters write it: root mean square norms, rotary
 * positions that are looked up by `position_ids`, gated feed-forward layers; and a tokenizer of
 * SentencePiece's kind, which puts a space before every text.
 */
import type { Random } from '../../src/base/random.ts';
import { int, ints, type ValueInfo } from '../../src/onnx/graph.ts';
import { GraphMaker } from './graphMaker.ts';

export interface LlamaSize {
  readonly vocabularySize: number;
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  readonly positions: number;
  /** Standard deviation of the random weights. */
  readonly spread: number;
}

/** The bytes of the model's ONNX file: input_ids, attention_mask, position_ids → logits. */
export function llamaBytes(size: LlamaSize, random: Random): Uint8Array {
  return new Llama(size, random).bytes();
}

class Llama {
  readonly #size: LlamaSize;
  readonly #random: Random;
  readonly #g = new GraphMaker();

  constructor(size: LlamaSize, random: Random) {
    this.#size = size;
    this.#random = random;
  }

  bytes(): Uint8Array {
    const g = this.#g;
    const { vocabularySize, width, layers } = this.#size;
    const words = this.#drawn('model.embed_tokens.weight', [vocabularySize, width]);
    let x = g.op('Gather', [words, 'input_ids']);
    const bias = this.#attentionBias();
    const turn = this.#rotations();
    for (let i = 0; i < layers; i++) x = this.#block(x, bias, turn, `model.layers.${i}`);
    // The head is the table of embeddings itself.
    const head = g.op('Transpose', [words], { perm: ints([1, 0]) });
    g.name(g.op('MatMul', [this.#normalized(x, 'model.norm'), head]), 'logits');
    const open = ['batch_size', 'sequence_length'];
    const info = (name: string): ValueInfo => ({ name, dtype: 'int64', shape: open });
    return g.bytes(
      ['input_ids', 'attention_mask', 'position_ids'].map(info),
      [{ name: 'logits', dtype: 'float32', shape: [...open, vocabularySize] }],
      17,
      'main_graph',
    );
  }

  #drawn(name: string, shape: readonly number[], mean = 0): string {
    return this.#g.drawn(name, shape, this.#random, this.#size.spread, mean);
  }

  #through(x: string, name: string, from: number, to: number): string {
    return this.#g.op('MatMul', [x, this.#drawn(`${name}.weight`, [from, to])]);
  }

  /** x / √(mean x² + ε) · w */
  #normalized(x: string, name: string): string {
    const g = this.#g;
    const squares = g.op('ReduceMean', [g.op('Pow', [x, g.scalar(2)])], { axes: ints([-1]) });
    const root = g.op('Sqrt', [g.op('Add', [squares, g.scalar(1e-5)])]);
    const scale = this.#drawn(`${name}.weight`, [this.#size.width], 1);
    return g.op('Mul', [g.op('Div', [x, root]), scale]);
  }

  /** [B, 1, T, T]: 0 where attended to. */
  #attentionBias(): string {
    const g = this.#g;
    const length = g.op('Gather', [g.op('Shape', ['input_ids']), g.scalar(1, 'int64')]);
    const places = g.op('Range', [g.scalar(0, 'int64'), length, g.scalar(1, 'int64')]);
    const rows = g.op('Unsqueeze', [places, g.ints([1])]);
    const isLater = g.op('Less', [rows, places]);
    const kept = g.op('Unsqueeze', ['attention_mask', g.ints([1, 2])]);
    const isPadding = g.op('Equal', [kept, g.scalar(0, 'int64')]);
    const masked = g.op('Or', [isLater, isPadding]);
    return g.op('Where', [masked, g.scalar(-10000), g.scalar(0)]);
  }

  /** Cosines and sines by position, each [B, 1, T, E]. */
  #rotations(): readonly [cos: string, sin: string] {
    const g = this.#g;
    const { positions, width, heads } = this.#size;
    const half = width / heads / 2;
    const angle = (i: number) =>
      Math.floor(i / (2 * half)) * 10000 ** -(((i % (2 * half)) % half) / half);
    const table = (of: (x: number) => number) => {
      const values = Array.from({ length: positions * 2 * half }, (_, i) => of(angle(i)));
      const rows = g.op('Gather', [
        g.constant('float32', [positions, 2 * half], values),
        'position_ids',
      ]);
      return g.op('Unsqueeze', [rows, g.ints([1])]);
    };
    return [table(Math.cos), table(Math.sin)];
  }

  /** x · cos + (−x₂, x₁) · sin */
  #rotated(x: string, [cos, sin]: readonly [string, string]): string {
    const g = this.#g;
    const half = this.#size.width / this.#size.heads / 2;
    const part = (from: number, to: number) =>
      g.op('Slice', [x, g.ints([from]), g.ints([to]), g.ints([3])]);
    const turned = g.op('Concat', [g.op('Neg', [part(half, 2 * half)]), part(0, half)], {
      axis: int(-1),
    });
    return g.op('Add', [g.op('Mul', [x, cos]), g.op('Mul', [turned, sin])]);
  }

  #block(x: string, bias: string, turn: readonly [string, string], name: string): string {
    const g = this.#g;
    const { width } = this.#size;
    const attended = this.#attention(
      this.#normalized(x, `${name}.input_layernorm`),
      bias,
      turn,
      `${name}.self_attn`,
    );
    const middle = g.op('Add', [x, attended]);
    const inner = this.#normalized(middle, `${name}.post_attention_layernorm`);
    const gate = this.#through(inner, `${name}.mlp.gate_proj`, width, 2 * width);
    const up = this.#through(inner, `${name}.mlp.up_proj`, width, 2 * width);
    const gated = g.op('Mul', [g.op('Mul', [gate, g.op('Sigmoid', [gate])]), up]);
    const down = this.#through(gated, `${name}.mlp.down_proj`, 2 * width, width);
    return g.op('Add', [middle, down]);
  }

  #attention(x: string, bias: string, turn: readonly [string, string], name: string): string {
    const g = this.#g;
    const { width, heads } = this.#size;
    const [q, k, v] = ['q_proj', 'k_proj', 'v_proj'].map((part) => {
      const shape = g.ints([0, 0, heads, width / heads]);
      const split = g.op('Reshape', [this.#through(x, `${name}.${part}`, width, width), shape]);
      return g.op('Transpose', [split], { perm: ints([0, 2, 1, 3]) });
    });
    const keys = g.op('Transpose', [this.#rotated(k!, turn)], { perm: ints([0, 1, 3, 2]) });
    const scores = g.op('MatMul', [this.#rotated(q!, turn), keys]);
    const scaled = g.op('Div', [scores, g.scalar(Math.sqrt(width / heads))]);
    const weights = g.op('Softmax', [g.op('Add', [scaled, bias])], { axis: int(-1) });
    const context = g.op('Transpose', [g.op('MatMul', [weights, v!])], {
      perm: ints([0, 2, 1, 3]),
    });
    const joined = g.op('Reshape', [context, g.ints([0, 0, width])]);
    return this.#through(joined, `${name}.o_proj`, width, width);
  }
}

/** A `tokenizer.json` of SentencePiece's kind in which each of `words` behind a space is one token. */
export function sentencePieceTokenizer(words: readonly string[]): {
  readonly files: Readonly<Record<string, unknown>>;
  readonly vocabularySize: number;
} {
  const characters = [...new Set(['▁', '\n', ...Array.from(words.join(''))])];
  const tokens = ['<unk>', '<s>', '</s>', ...characters];
  const merges: string[] = [];
  for (const word of new Set(words)) {
    let joined = '▁';
    for (const character of word) {
      const longer = joined + character;
      if (!tokens.includes(longer)) {
        merges.push(`${joined} ${character}`);
        tokens.push(longer);
      }
      joined = longer;
    }
  }
  const special = { special: true, normalized: false, single_word: false };
  const marks = { lstrip: false, rstrip: false };
  return {
    vocabularySize: tokens.length,
    files: {
      'tokenizer.json': {
        version: '1.0',
        added_tokens: tokens
          .slice(0, 3)
          .map((content, id) => ({ id, content, ...special, ...marks })),
        normalizer: {
          type: 'Sequence',
          normalizers: [
            { type: 'Prepend', prepend: '▁' },
            { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
          ],
        },
        pre_tokenizer: null,
        post_processor: {
          type: 'TemplateProcessing',
          single: [
            { SpecialToken: { id: '<s>', type_id: 0 } },
            { Sequence: { id: 'A', type_id: 0 } },
          ],
          pair: [],
          special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
        },
        decoder: {
          type: 'Sequence',
          decoders: [
            { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
            { type: 'Fuse' },
            { type: 'Strip', content: ' ', start: 1, stop: 0 },
          ],
        },
        model: {
          type: 'BPE',
          unk_token: '<unk>',
          fuse_unk: true,
          byte_fallback: false,
          vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
          merges,
        },
      },
      'tokenizer_config.json': {
        tokenizer_class: 'LlamaTokenizer',
        bos_token: '<s>',
        eos_token: '</s>',
        unk_token: '<unk>',
      },
    },
  };
}
