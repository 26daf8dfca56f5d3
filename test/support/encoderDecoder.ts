/**
 * An encoder and a decoder with cross-attention as two ONNX files, the way exporters split models
 * for text-to-text generation. One layer each, one head, shapes computed in the graph.
 */
import type { Random } from '../../src/base/random.ts';
import { int, ints, type ValueInfo } from '../../src/onnx/graph.ts';
import { GraphMaker } from './graphMaker.ts';

export interface EncoderDecoderSize {
  readonly vocabularySize: number;
  readonly width: number;
  readonly positions: number;
  /** Standard deviation of the random weights. */
  readonly spread: number;
}

/** The bytes of encoder_model.onnx and decoder_model.onnx. */
export function encoderDecoderBytes(
  size: EncoderDecoderSize,
  random: Random,
): { readonly encoder: Uint8Array; readonly decoder: Uint8Array } {
  return { encoder: new Stack(size, random).encoder(), decoder: new Stack(size, random).decoder() };
}

const ids = (name: string, length: string): ValueInfo => ({
  name,
  dtype: 'int64',
  shape: ['batch_size', length],
});

/** One of the two graphs. */
class Stack {
  readonly #size: EncoderDecoderSize;
  readonly #random: Random;
  readonly #g = new GraphMaker();

  constructor(size: EncoderDecoderSize, random: Random) {
    this.#size = size;
    this.#random = random;
  }

  encoder(): Uint8Array {
    const x = this.#embeddings('encoder');
    const mixed = this.#attention(x, x, 'encoder.self', this.#bias('attention_mask'));
    this.#g.name(this.#feedForward(mixed, 'encoder'), 'last_hidden_state');
    const shape = ['batch_size', 'encoder_sequence_length', this.#size.width];
    return this.#g.bytes(
      [
        ids('input_ids', 'encoder_sequence_length'),
        ids('attention_mask', 'encoder_sequence_length'),
      ],
      [{ name: 'last_hidden_state', dtype: 'float32', shape }],
      13,
    );
  }

  decoder(): Uint8Array {
    const { width, vocabularySize } = this.#size;
    const x = this.#embeddings('decoder');
    const own = this.#attention(x, x, 'decoder.self', this.#triangle());
    const states = 'encoder_hidden_states';
    const bias = this.#bias('encoder_attention_mask');
    const both = this.#attention(own, states, 'decoder.cross', bias);
    const hidden = this.#feedForward(both, 'decoder');
    const head = this.#drawn('head', [width, vocabularySize]);
    this.#g.name(this.#g.op('MatMul', [hidden, head]), 'logits');
    const shape = ['batch_size', 'encoder_sequence_length', width];
    return this.#g.bytes(
      [
        ids('encoder_attention_mask', 'encoder_sequence_length'),
        ids('input_ids', 'decoder_sequence_length'),
        { name: states, dtype: 'float32', shape },
      ],
      [
        {
          name: 'logits',
          dtype: 'float32',
          shape: ['batch_size', 'decoder_sequence_length', vocabularySize],
        },
      ],
      13,
    );
  }

  #drawn(name: string, shape: readonly number[]): string {
    return this.#g.drawn(name, shape, this.#random, this.#size.spread);
  }

  /** The length of the sequence, [1]. */
  #length(): string {
    const g = this.#g;
    return g.op('Gather', [g.op('Shape', ['input_ids']), g.ints([1])], { axis: int(0) });
  }

  #embeddings(name: string): string {
    const { vocabularySize, width, positions } = this.#size;
    const g = this.#g;
    const words = this.#drawn(`${name}.embed_tokens.weight`, [vocabularySize, width]);
    const places = this.#drawn(`${name}.embed_positions.weight`, [1, positions, width]);
    const here = g.op('Slice', [places, g.ints([0]), this.#length(), g.ints([1])]);
    return g.op('Add', [g.op('Gather', [words, 'input_ids']), here]);
  }

  /** [B, 1, S]: 0 where attended to. */
  #bias(mask: string): string {
    const g = this.#g;
    const wide = g.op('Cast', [g.op('Unsqueeze', [mask, g.ints([1])])], { to: int(1) });
    return g.op('Mul', [g.op('Sub', [g.scalar(1), wide]), g.scalar(-10000)]);
  }

  /** [1, U, U]: 0 for what stands before, and for itself. */
  #triangle(): string {
    const g = this.#g;
    const n = this.#size.positions;
    const isLater = (i: number) => i % n > Math.floor(i / n);
    const values = Array.from({ length: n * n }, (_, i) => (isLater(i) ? -10000 : 0));
    const whole = g.constant('float32', [1, n, n], values);
    const length = this.#length();
    const rows = g.op('Slice', [whole, g.ints([0]), length, g.ints([1])]);
    return g.op('Slice', [rows, g.ints([0]), length, g.ints([2])]);
  }

  /** `x` plus what it finds in `memory`. */
  #attention(x: string, memory: string, name: string, bias: string): string {
    const g = this.#g;
    const { width } = this.#size;
    const through = (value: string, part: string) =>
      g.op('MatMul', [value, this.#drawn(`${name}.${part}.weight`, [width, width])]);
    const k = g.op('Transpose', [through(memory, 'k')], { perm: ints([0, 2, 1]) });
    const scores = g.op('MatMul', [through(x, 'q'), k]);
    const scaled = g.op('Div', [scores, g.scalar(Math.sqrt(width))]);
    const weights = g.op('Softmax', [g.op('Add', [scaled, bias])], { axis: int(-1) });
    return g.op('Add', [x, through(g.op('MatMul', [weights, through(memory, 'v')]), 'o')]);
  }

  #feedForward(x: string, name: string): string {
    const g = this.#g;
    const { width } = this.#size;
    const inner = g.op('MatMul', [x, this.#drawn(`${name}.wi.weight`, [width, 2 * width])]);
    const wo = this.#drawn(`${name}.wo.weight`, [2 * width, width]);
    return g.op('Add', [x, g.op('MatMul', [g.op('Relu', [inner]), wo])]);
  }
}
