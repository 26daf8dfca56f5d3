/** Parts of language models as exporters lay them out, in the forms of each operator set. */
import { Random } from '../../../src/base/random.ts';
import { float, int, ints, type Attributes } from '../../../src/onnx/graph.ts';
import { ModelProto, type ModelMessage } from '../../../src/onnx/schema.ts';
import { sizeOf, type Shape } from '../../../src/onnx/tensor.ts';
import { GraphMaker } from '../graphMaker.ts';

/** Sizes of every model: words, width, heads, width of a head, positions. */
export const sizes = { words: 12, width: 8, heads: 2, headWidth: 4, positions: 16 } as const;

const { width, heads, headWidth, positions } = sizes;

/** What exporters put in the place of −∞. */
export const lowest = -3.4028234663852886e38;

/** Nodes of one model in one operator set, with weights that are drawn as they are asked for. */
export class Layout {
  readonly g = new GraphMaker();
  readonly opset: number;
  readonly #random = new Random(31);

  constructor(opset: number) {
    this.opset = opset;
  }

  op(op: string, ...inputs: readonly string[]): string {
    return this.g.op(op, inputs);
  }

  with(op: string, inputs: readonly string[], attributes: Attributes): string {
    return this.g.op(op, inputs, attributes);
  }

  scalar(value: number): string {
    return this.g.scalar(value);
  }

  ints(...values: readonly number[]): string {
    return this.g.ints(values);
  }

  weight(shape: Shape, mean = 0): string {
    const draw = () => mean + 0.5 * this.#random.normal();
    return this.g.constant('float32', shape, Array.from({ length: sizeOf(shape) }, draw));
  }

  cast(x: string, to: 1 | 6 | 7 | 9): string {
    return this.with('Cast', [x], { to: int(to) });
  }

  /** Before operator set 13 the axes were an attribute. */
  unsqueeze(x: string, ...axes: readonly number[]): string {
    return this.opset < 13
      ? this.with('Unsqueeze', [x], { axes: ints(axes) })
      : this.op('Unsqueeze', x, this.ints(...axes));
  }

  transpose(x: string, ...perm: readonly number[]): string {
    return this.with('Transpose', [x], { perm: ints(perm) });
  }

  concat(axis: number, ...parts: readonly string[]): string {
    return this.with('Concat', parts, { axis: int(axis) });
  }

  /** One number of a value's shape, int64 []. */
  dimension(x: string, axis: number): string {
    const at = this.g.scalar(axis, 'int64');
    return this.with('Gather', [this.op('Shape', x), at], { axis: int(0) });
  }

  /** A list of whole numbers, some of which only a run knows. */
  list(...items: readonly (string | number)[]): string {
    const parts = items.map((n) => (typeof n === 'number' ? this.ints(n) : this.unsqueeze(n, 0)));
    return this.concat(0, ...parts);
  }

  reshape(x: string, ...shape: readonly (string | number)[]): string {
    return this.op('Reshape', x, this.list(...shape));
  }

  slice(x: string, axis: number, start: number | string, end: number | string, step = 1): string {
    const list = (n: number | string) => (typeof n === 'number' ? this.ints(n) : n);
    return this.op('Slice', x, list(start), list(end), this.ints(axis), this.ints(step));
  }

  /** Equal parts: by their lengths, or from operator set 18 on by their number. */
  parts(x: string, axis: number, count: number, length: number): string[] {
    const own: Attributes = { axis: int(axis) };
    const lengths = new Array<number>(count).fill(length);
    if (this.opset < 13) return this.g.ops('Split', [x], count, { ...own, split: ints(lengths) });
    return this.opset < 18
      ? this.g.ops('Split', [x, this.ints(...lengths)], count, own)
      : this.g.ops('Split', [x], count, { ...own, num_outputs: int(count) });
  }

  /** Over the last axis; from operator set 18 on the axes are an input. */
  mean(x: string): string {
    return this.opset < 18
      ? this.with('ReduceMean', [x], { axes: ints([-1]) })
      : this.op('ReduceMean', x, this.ints(-1));
  }

  linear(x: string, from: number, to: number): string {
    return this.op('Add', this.weight([to]), this.op('MatMul', x, this.weight([from, to])));
  }

  norm(x: string, n: number = width): string {
    const [scale, bias] = [this.weight([n], 1), this.weight([n])];
    if (this.opset >= 17) {
      const attributes = { axis: int(-1), epsilon: float(1e-5) };
      return this.with('LayerNormalization', [x, scale, bias], attributes);
    }
    const centred = this.op('Sub', x, this.mean(x));
    const variance = this.mean(this.op('Pow', centred, this.scalar(2)));
    const deviation = this.op('Sqrt', this.op('Add', variance, this.scalar(1e-5)));
    return this.op('Add', this.op('Mul', this.op('Div', centred, deviation), scale), bias);
  }

  /** Root mean square normalization; `offset` is added to its scale (Gemma). */
  rms(x: string, offset = 0): string {
    const drawn = this.weight([width], 1 - offset);
    const scale = offset === 0 ? drawn : this.op('Add', drawn, this.scalar(offset));
    if (this.opset >= 23) {
      return this.with('RMSNormalization', [x, scale], { axis: int(-1), epsilon: float(1e-6) });
    }
    const square = this.mean(this.op('Pow', x, this.scalar(2)));
    const root = this.op('Sqrt', this.op('Add', square, this.scalar(1e-6)));
    return this.op('Mul', scale, this.op('Mul', x, this.op('Div', this.scalar(1), root)));
  }

  gelu(x: string): string {
    if (this.opset >= 20) return this.op('Gelu', x);
    const erf = this.op('Erf', this.op('Div', x, this.scalar(Math.SQRT2)));
    const gate = this.op('Mul', x, this.op('Add', erf, this.scalar(1)));
    return this.op('Mul', gate, this.scalar(0.5));
  }

  silu(x: string): string {
    return this.op('Mul', x, this.op('Sigmoid', x));
  }

  feedForward(x: string, act: (x: string) => string = (y) => this.gelu(y)): string {
    return this.linear(act(this.linear(x, width, 2 * width)), 2 * width, width);
  }

  /** act(x·A)·(x·B)·C */
  gated(x: string, act: (x: string) => string): string {
    const through = (y: string, from: number, to: number) =>
      this.op('MatMul', y, this.weight([from, to]));
    const both = this.op('Mul', act(through(x, width, 12)), through(x, width, 12));
    return through(both, 12, width);
  }

  words(): string {
    return this.op('Gather', this.weight([sizes.words, width]), 'input_ids');
  }

  length(): string {
    return this.dimension('input_ids', 1);
  }

  range(end: string): string {
    return this.op('Range', this.g.scalar(0, 'int64'), end, this.g.scalar(1, 'int64'));
  }

  /** [B, T, n·E] → [B, n, T, E] */
  split(x: string, n: number = heads, each: number = headWidth): string {
    const shape = [this.dimension(x, 0), this.dimension(x, 1), n, each];
    return this.transpose(this.reshape(x, ...shape), 0, 2, 1, 3);
  }

  /** [B, n, T, E] → [B, T, n·E] */
  join(x: string): string {
    const back = this.transpose(x, 0, 2, 1, 3);
    return this.reshape(back, this.dimension(back, 0), this.dimension(back, 1), heads * headWidth);
  }

  /** q, k and v of every head, [B, n, T, E] each. */
  projections(x: string, shared: number = heads): [string, string, string] {
    const own = this.split(this.linear(x, width, heads * headWidth));
    const key = () => this.split(this.linear(x, width, shared * headWidth), shared);
    return [own, key(), key()];
  }

  /** q·kᵀ/√E */
  scores(q: string, k: string): string {
    const product = this.op('MatMul', q, this.transpose(k, 0, 1, 3, 2));
    return this.op('Div', product, this.scalar(Math.sqrt(headWidth)));
  }

  softmax(x: string): string {
    return this.with('Softmax', [x], { axis: int(-1) });
  }

  /** [B, 1, 1, T]: 0 where attended to, and lowest elsewhere. */
  maskBias(): string {
    const kept = this.cast(this.unsqueeze('attention_mask', 1, 2), 1);
    return this.op('Mul', this.op('Sub', this.scalar(1), kept), this.scalar(lowest));
  }

  /** Scores of what stands behind, or at a distance of `window` or more, are lowest. */
  causal(scores: string, window: number = positions): string {
    const n = positions;
    const isSeen = (i: number) => i % n <= Math.floor(i / n) && i % n > Math.floor(i / n) - window;
    const seen = Array.from({ length: n * n }, (_, i) => Number(isSeen(i)));
    const whole = this.g.constant('bool', [1, 1, n, n], seen);
    const end = this.list(this.length());
    const square = this.slice(this.slice(whole, 2, 0, end), 3, 0, end);
    return this.op('Where', square, scores, this.scalar(lowest));
  }

  /** A head of its own: logits [B, T, V]. */
  head(x: string, from: number = width): string {
    return this.op('MatMul', x, this.weight([from, sizes.words]));
  }

  /** The bytes of the file, whose output is the value `logits`. */
  bytes(logits: string): Uint8Array {
    this.g.name(logits, 'logits');
    const shape = ['batch_size', 'sequence_length'];
    return withSequences(
      this.g.bytes(
        ['input_ids', 'attention_mask'].map((name) => ({ name, dtype: 'int64', shape })),
        [{ name: 'logits', dtype: 'float32', shape: [...shape, sizes.words] }],
        this.opset,
      ),
    );
  }
}

/** The file without the types of what its loops carry: they are sequences, which have another one. */
function withSequences(bytes: Uint8Array): Uint8Array {
  const message = ModelProto.decode(bytes) as unknown as ModelMessage;
  for (const { opType, attribute } of message.graph!.node!) {
    if (opType !== 'Loop') continue;
    const { input, output } = attribute![0]!.g!;
    for (const { type } of [...input!.slice(2), ...output!.slice(1)]) delete type!.tensorType;
  }
  return ModelProto.encode(message).finish();
}
