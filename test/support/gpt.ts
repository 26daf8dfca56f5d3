/**
 * A causal language model of GPT-2's kind as exporters of operator set 13 write it: layer
 * normalization in primitives, products on flattened rows, shapes computed in the graph.
 */
import { Random } from '../../src/base/random.ts';
import { float, int, ints, type Attribute, type ValueInfo } from '../../src/onnx/graph.ts';
import { sizeOf } from '../../src/onnx/tensor.ts';
import { GraphMaker } from './graphMaker.ts';

export interface GptSize {
  readonly vocabularySize: number;
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  readonly positions: number;
  /** Standard deviation of the random weights. */
  readonly spread: number;
  /** The file has inputs for cached keys and values; `merged`: they are read in a branch of their own. */
  readonly past?: boolean | 'merged';
  /** What the file's numbers are. */
  readonly floats?: 'float32' | 'float16';
  /** What the numbers of the table of embeddings are, where they are others. */
  readonly table?: 'uint8';
}

/** The bytes of the model's ONNX file: input_ids, attention_mask and perhaps a cache → logits. */
export function gptBytes(size: GptSize, random: Random): Uint8Array {
  return size.past === 'merged' ? mergedBytes(size, random) : new Gpt(size, random).bytes();
}

/** A decoder of two branches over the same weights, as exporters merge them. */
function mergedBytes(size: GptSize, random: Random): Uint8Array {
  const again = Random.fromState(random.state);
  const start = new Gpt({ ...size, past: 'merged' }, random);
  const cached = new Gpt({ ...size, past: true }, again);
  const g = new GraphMaker();
  const outputs = start.outputs.map(({ name }) => name);
  const [else_branch, then_branch] = [start.branch(), cached.branch()];
  g.named('If', ['use_cache_branch'], outputs, { then_branch, else_branch });
  const flag: ValueInfo = { name: 'use_cache_branch', dtype: 'bool', shape: [1] };
  return g.bytes([...cached.inputs, flag], start.outputs, 13, 'main_graph', start.weights);
}

class Gpt {
  readonly #size: GptSize;
  readonly #random: Random;
  readonly #g: GraphMaker;

  constructor(size: GptSize, random: Random) {
    this.#size = size;
    this.#g = new GraphMaker(size.floats);
    this.#random = random;
  }

  get #floats() {
    return this.#size.floats ?? 'float32';
  }

  get inputs(): ValueInfo[] {
    const shape = ['batch_size', 'sequence_length'];
    const ids = (name: string): ValueInfo => ({ name, dtype: 'int64', shape });
    return [
      ids('input_ids'),
      ids('attention_mask'),
      ...this.#cache('past_key_values', 'past_sequence_length'),
    ];
  }

  get outputs(): ValueInfo[] {
    const shape = ['batch_size', 'sequence_length', this.#size.vocabularySize];
    return [
      { name: 'logits', dtype: this.#floats, shape },
      ...this.#cache('present', 'past_sequence_length + sequence_length'),
    ];
  }

  get weights() {
    return this.#g.weights;
  }

  bytes(): Uint8Array {
    this.#nodes();
    return this.#g.bytes(this.inputs, this.outputs, 13, 'main_graph');
  }

  branch(): Attribute {
    this.#nodes();
    return this.#g.branch(this.outputs);
  }

  #nodes(): void {
    const { vocabularySize, layers } = this.#size;
    const g = this.#g;
    const hidden = this.#embeddings();
    const bias = this.#attentionBias();
    let x = hidden;
    for (let i = 0; i < layers; i++) x = this.#block(x, bias, i);
    x = this.#normalized(x, 'transformer.ln_f');
    const head = this.#drawn('onnx::MatMul_head', [this.#size.width, vocabularySize]);
    g.name(g.op('MatMul', [x, head]), 'logits');
  }

  #cache(prefix: string, length: string): ValueInfo[] {
    const { past, layers, heads, width } = this.#size;
    if (!past) return [];
    const shape = ['batch_size', heads, length, width / heads];
    return Array.from({ length: layers }, (_, i) => i).flatMap((i) =>
      ['key', 'value'].map((part) => ({
        name: `${prefix}.${i}.${part}`,
        dtype: this.#floats,
        shape,
      })),
    );
  }

  /** The branch that starts hands its keys and values on, but reads none. */
  get #readsPast(): boolean {
    return this.#size.past === true;
  }

  #drawn(name: string, shape: readonly number[]): string {
    return this.#g.drawn(name, shape, this.#random, this.#size.spread);
  }

  /** One number of a value's shape. */
  #dimension(value: string, axis: number): string {
    return this.#g.op('Gather', [this.#g.op('Shape', [value]), this.#g.scalar(axis, 'int64')], {
      axis: int(0),
    });
  }

  /** A list of whole numbers, some of which only a run knows. */
  #list(items: readonly (string | number)[]): string {
    const parts = items.map((item) =>
      typeof item === 'number'
        ? this.#g.ints([item])
        : this.#g.op('Unsqueeze', [item, this.#g.ints([0])]),
    );
    return this.#g.op('Concat', parts, { axis: int(0) });
  }

  #embeddings(): string {
    const { width, positions } = this.#size;
    const g = this.#g;
    const words = this.#table();
    const places = this.#drawn('transformer.wpe.weight', [positions, width]);
    const length = this.#dimension('input_ids', 1);
    const rows = g.op('Reshape', ['input_ids', this.#list([-1, length])]);
    const start = this.#readsPast
      ? this.#dimension('past_key_values.0.key', 2)
      : g.scalar(0, 'int64');
    const end = this.#readsPast ? g.op('Add', [start, length]) : length;
    const order = g.op('Range', [start, end, g.scalar(1, 'int64')]);
    const place = g.op('Unsqueeze', [order, g.ints([0])]);
    return g.op('Add', [this.#looked(words, rows), g.op('Gather', [places, place])]);
  }

  /** The table of embeddings. */
  #table(): string {
    const { vocabularySize, width, table } = this.#size;
    const shape = [vocabularySize, width];
    if (table === undefined) return this.#drawn('transformer.wte.weight', shape);
    const numbers = Array.from({ length: sizeOf(shape) }, () => this.#random.integer(256));
    return this.#g.constant(table, shape, numbers);
  }

  /** Rows of the table as numbers. */
  #looked(words: string, rows: string): string {
    const g = this.#g;
    const found = g.op('Gather', [words, rows]);
    const { table } = this.#size;
    if (table === undefined) return found;
    return g.op('DequantizeLinear', [found, g.scalar(0.004), g.scalar(128, table)]);
  }

  /** [B, 1, 1, T]: 0 where attended to. */
  #attentionBias(): string {
    const g = this.#g;
    const axes = g.op('Unsqueeze', ['attention_mask', g.ints([1, 2])]);
    const kept = g.op('Cast', [axes], { to: int(1) });
    return g.op('Mul', [g.op('Sub', [g.scalar(1), kept]), g.scalar(-10000)]);
  }

  /** Layer normalization from primitives, its axes as attributes. */
  #normalized(x: string, name: string): string {
    const g = this.#g;
    const { width, spread } = this.#size;
    const average = (value: string) => g.op('ReduceMean', [value], { axes: ints([-1]) });
    const centred = g.op('Sub', [x, average(x)]);
    const variance = average(g.op('Pow', [centred, g.scalar(2)]));
    const deviation = g.op('Sqrt', [g.op('Add', [variance, g.scalar(1e-5)])]);
    const scale = g.drawn(`${name}.weight`, [width], this.#random, spread, 1);
    const scaled = g.op('Mul', [g.op('Div', [centred, deviation]), scale]);
    return g.op('Add', [scaled, this.#drawn(`${name}.bias`, [width])]);
  }

  /** A product on flattened rows, as `Conv1D` is exported. */
  #linear(x: string, name: string, from: number, to: number): string {
    const g = this.#g;
    const flat = g.op('Reshape', [x, g.ints([-1, from])]);
    const weight = this.#drawn(`${name}.weight`, [from, to]);
    const bias = this.#drawn(`${name}.bias`, [to]);
    const product = g.op('Gemm', [flat, weight, bias], { alpha: float(1), beta: float(1) });
    return g.op('Reshape', [
      product,
      this.#list([this.#dimension(x, 0), this.#dimension(x, 1), to]),
    ]);
  }

  #block(x: string, bias: string, index: number): string {
    const name = `transformer.h.${index}`;
    const { width } = this.#size;
    const g = this.#g;
    const attended = this.#attention(this.#normalized(x, `${name}.ln_1`), bias, index);
    const middle = g.op('Add', [attended, x]);
    const inner = this.#linear(
      this.#normalized(middle, `${name}.ln_2`),
      `${name}.mlp.c_fc`,
      width,
      4 * width,
    );
    return g.op('Add', [
      middle,
      this.#linear(this.#gelu(inner), `${name}.mlp.c_proj`, 4 * width, width),
    ]);
  }

  #attention(x: string, bias: string, index: number): string {
    const name = `transformer.h.${index}.attn`;
    const { width, heads, positions, past } = this.#size;
    const g = this.#g;
    const all = this.#linear(x, `${name}.c_attn`, width, 3 * width);
    const parts = g.ops('Split', [all, g.ints([width, width, width])], 3, { axis: int(2) });
    const [q, own, ownValues] = parts.map((part) => {
      const shape = this.#list([
        this.#dimension(part, 0),
        this.#dimension(part, 1),
        heads,
        width / heads,
      ]);
      return g.op('Transpose', [g.op('Reshape', [part, shape])], { perm: ints([0, 2, 1, 3]) });
    });
    const cached = (part: string, value: string) => {
      if (!past) return value;
      const present = `present.${index}.${part}`;
      if (!this.#readsPast) {
        g.name(value, present);
        return value;
      }
      const inputs = [`past_key_values.${index}.${part}`, value];
      g.named('Concat', inputs, [present], { axis: int(2) });
      return present;
    };
    const v = cached('value', ownValues!);
    const k = g.op('Transpose', [cached('key', own!)], { perm: ints([0, 1, 3, 2]) });
    const scores = g.op('Div', [g.op('MatMul', [q!, k]), g.scalar(Math.sqrt(width / heads))]);
    const triangle = Array.from({ length: positions * positions }, (_, i) =>
      Number(i % positions <= Math.floor(i / positions)),
    );
    const whole = g.constant('bool', [1, 1, positions, positions], triangle);
    const length = g.op('Unsqueeze', [this.#dimension(q!, 2), g.ints([0])]);
    const keys = g.op('Unsqueeze', [this.#dimension(k, 3), g.ints([0])]);
    const start = g.op('Sub', [keys, length]);
    const rows = g.op('Slice', [whole, start, keys, g.ints([2]), g.ints([1])]);
    const causal = g.op('Slice', [rows, g.ints([0]), keys, g.ints([3]), g.ints([1])]);
    const masked = g.op('Where', [causal, scores, g.scalar(-10000)]);
    const weights = g.op('Softmax', [g.op('Add', [masked, bias])], { axis: int(-1) });
    const context = g.op('Transpose', [g.op('MatMul', [weights, v])], {
      perm: ints([0, 2, 1, 3]),
    });
    const joined = g.op('Reshape', [
      context,
      this.#list([this.#dimension(context, 0), this.#dimension(context, 1), width]),
    ]);
    return this.#linear(joined, `${name}.c_proj`, width, width);
  }

  /** 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))) */
  #gelu(x: string): string {
    const g = this.#g;
    const cubed = g.op('Mul', [g.op('Pow', [x, g.scalar(3)]), g.scalar(0.044715)]);
    const inner = g.op('Mul', [g.op('Add', [x, cubed]), g.scalar(Math.sqrt(2 / Math.PI))]);
    const gate = g.op('Add', [g.op('Tanh', [inner]), g.scalar(1)]);
    return g.op('Mul', [g.op('Mul', [x, g.scalar(0.5)]), gate]);
  }
}
