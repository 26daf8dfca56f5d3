/**
 * An encoder and a decoder with cross-attention as two ONNX files, the way exporters split models
 * for text-to-text generation. One layer each, one head, shapes computed in the graph.
 */
import { Random } from '../../src/base/random.ts';
import { int, ints, type ValueInfo } from '../../src/onnx/graph.ts';
import { GraphMaker } from './graphMaker.ts';

export interface EncoderDecoderSize {
  readonly vocabularySize: number;
  readonly width: number;
  readonly positions: number;
  /** Standard deviation of the random weights. */
  readonly spread: number;
}

/** The bytes of encoder_model.onnx, decoder_model.onnx and decoder_with_past_model.onnx. */
export function encoderDecoderBytes(
  size: EncoderDecoderSize,
  random: Random,
): { readonly encoder: Uint8Array; readonly decoder: Uint8Array; readonly cached: Uint8Array } {
  const encoder = new Stack(size, random).encoder();
  const again = Random.fromState(random.state);
  return {
    encoder,
    decoder: new Stack(size, random).decoder(false),
    cached: new Stack(size, again).decoder(true),
  };
}

const ids = (name: string, length: string): ValueInfo => ({
  name,
  dtype: 'int64',
  shape: ['batch_size', length],
});

/** Where an attention's keys and values go, and where those of earlier tokens come from. */
interface Cache {
  readonly present: string;
  readonly past: string | undefined;
  /** All of them come from there. */
  readonly fixed?: boolean;
}

/** One of the graphs. */
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

  /** `cached`: reads keys and values of what stands before, and of the encoder's states. */
  decoder(cached: boolean): Uint8Array {
    const { width, vocabularySize } = this.#size;
    const past = (part: string) => (cached ? `past_key_values.0.${part}` : undefined);
    const x = this.#embeddings(
      'decoder',
      cached ? this.#length(`${past('decoder')!}.key`, 2) : undefined,
    );
    const bias = this.#triangle(x);
    const own = this.#attention(x, x, 'decoder.self', bias, {
      present: 'present.0.decoder',
      past: past('decoder'),
    });
    const states = 'encoder_hidden_states';
    const both = this.#attention(
      own,
      states,
      'decoder.cross',
      this.#bias('encoder_attention_mask'),
      {
        present: 'present.0.encoder',
        past: past('encoder'),
        fixed: true,
      },
    );
    const hidden = this.#feedForward(both, 'decoder');
    const head = this.#drawn('head', [width, vocabularySize]);
    this.#g.name(this.#g.op('MatMul', [hidden, head]), 'logits');
    const shape = ['batch_size', 'encoder_sequence_length', width];
    const cache = (prefix: string, parts: readonly string[]): ValueInfo[] =>
      parts.flatMap((part) =>
        ['key', 'value'].map((kind) => ({
          name: `${prefix}.0.${part}.${kind}`,
          dtype: 'float32' as const,
          shape: ['batch_size', 1, `${part} length of ${prefix}`, width],
        })),
      );
    return this.#g.bytes(
      [
        ids('encoder_attention_mask', 'encoder_sequence_length'),
        ids('input_ids', 'decoder_sequence_length'),
        { name: states, dtype: 'float32', shape },
        ...(cached ? cache('past_key_values', ['decoder', 'encoder']) : []),
      ],
      [
        {
          name: 'logits',
          dtype: 'float32',
          shape: ['batch_size', 'decoder_sequence_length', vocabularySize],
        },
        ...cache('present', cached ? ['decoder'] : ['decoder', 'encoder']),
      ],
      13,
    );
  }

  #drawn(name: string, shape: readonly number[]): string {
    return this.#g.drawn(name, shape, this.#random, this.#size.spread);
  }

  /** A number of a value's shape, [1]. */
  #length(value = 'input_ids', axis = 1): string {
    const g = this.#g;
    return g.op('Gather', [g.op('Shape', [value]), g.ints([axis])], { axis: int(0) });
  }

  /** `before`: how many tokens stand before these, [1]. */
  #embeddings(name: string, before = this.#g.ints([0])): string {
    const { vocabularySize, width, positions } = this.#size;
    const g = this.#g;
    const words = this.#drawn(`${name}.embed_tokens.weight`, [vocabularySize, width]);
    const places = this.#drawn(`${name}.embed_positions.weight`, [1, positions, width]);
    const end = g.op('Add', [before, this.#length()]);
    const here = g.op('Slice', [places, before, end, g.ints([1])]);
    return g.op('Add', [g.op('Gather', [words, 'input_ids']), here]);
  }

  /** [B, 1, S]: 0 where attended to. */
  #bias(mask: string): string {
    const g = this.#g;
    const wide = g.op('Cast', [g.op('Unsqueeze', [mask, g.ints([1])])], { to: int(1) });
    return g.op('Mul', [g.op('Sub', [g.scalar(1), wide]), g.scalar(-10000)]);
  }

  /** [1, U, U]: 0 for what stands before, and for itself; one token behind a cache sees all of it. */
  #triangle(x: string): string {
    const g = this.#g;
    const n = this.#size.positions;
    const isLater = (i: number) => i % n > Math.floor(i / n);
    const values = Array.from({ length: n * n }, (_, i) => (isLater(i) ? -10000 : 0));
    const whole = g.constant('float32', [1, n, n], values);
    const length = this.#length(x);
    const rows = g.op('Slice', [whole, g.ints([0]), length, g.ints([1])]);
    return g.op('Slice', [rows, g.ints([0]), length, g.ints([2])]);
  }

  /** `x` plus what it finds in `memory`, and in a cache. */
  #attention(x: string, memory: string, name: string, bias: string, cache?: Cache): string {
    const g = this.#g;
    const { width } = this.#size;
    const through = (value: string, part: string) =>
      g.op('MatMul', [value, this.#drawn(`${name}.${part}.weight`, [width, width])]);
    const kept = (part: 'key' | 'value', made: string) => {
      if (!cache) return made;
      const { present, past, fixed } = cache;
      // One head: [B, 1, T, width] outside, [B, T, width] within.
      const before = past && g.op('Squeeze', [`${past}.${part}`, g.ints([1])]);
      if (before && fixed) return before;
      const all = before ? g.op('Concat', [before, made], { axis: int(1) }) : made;
      g.name(g.op('Unsqueeze', [all, g.ints([1])]), `${present}.${part}`);
      return all;
    };
    const k = g.op('Transpose', [kept('key', through(memory, 'k'))], { perm: ints([0, 2, 1]) });
    const scores = g.op('MatMul', [through(x, 'q'), k]);
    const scaled = g.op('Div', [scores, g.scalar(Math.sqrt(width))]);
    const weights = g.op('Softmax', [g.op('Add', [scaled, bias])], { axis: int(-1) });
    const found = g.op('MatMul', [weights, kept('value', through(memory, 'v'))]);
    return g.op('Add', [x, through(found, 'o')]);
  }

  #feedForward(x: string, name: string): string {
    const g = this.#g;
    const { width } = this.#size;
    const inner = g.op('MatMul', [x, this.#drawn(`${name}.wi.weight`, [width, 2 * width])]);
    const wo = this.#drawn(`${name}.wo.weight`, [2 * width, width]);
    return g.op('Add', [x, g.op('MatMul', [g.op('Relu', [inner]), wo])]);
  }
}
