/**
 * Prompt encoders: small networks from trainable inputs to the vectors of virtual tokens. Trained
 * through, dropped afterwards: only their output is kept.
 *
 *   P virtual tokens   D the model's width   H hidden width (per direction for the LSTM)
 */
import { PtuneError, invariant } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { GraphBuilder } from '../onnx/builder.ts';
import { int } from '../onnx/graph.ts';
import { sizeOf, type Shape } from '../onnx/tensor.ts';

export interface EncoderSpec {
  readonly kind: 'lstm' | 'mlp' | 'none';
  /**
   * `lama`: as the P-tuning authors' code for LAMA (H = D/2 per direction, MLP D→D→D; the mlp
   * encoder is that MLP alone). `peft`: as PEFT (H per direction, MLP 2H→2H→D; the mlp encoder
   * D→H→H→D).
   */
  readonly variant: 'lama' | 'peft';
  /** P */
  readonly virtual: number;
  /** D */
  readonly width: number;
  /** H of the variant `peft`, and of `lama` where the file says so. */
  readonly hiddenSize: number;
  /** Layers of the LSTM. */
  readonly layers: number;
  /**
   * Probability that a number between two layers of the LSTM is left out in training, as
   * torch.nn.LSTM does; an MLP has none, neither in the authors' code nor in PEFT.
   */
  readonly dropout?: number;
  /**
   * The encoder of a deep prompt, `mlp` or `none`: D is then the width of all layers' keys and values,
   * and the mlp is P-tuning v2's D' → H → D with tanh between, from inputs of the model's width D'.
   */
  readonly deep?: { readonly inputWidth: number };
}

/** A trainable tensor with the bound of its uniform start; 'normal' starts as N(0, 1). */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly start: number | 'normal';
}

/** PyTorch's names of an LSTM's directions. */
const directions = ['', '_reverse'] as const;

/** The encoder's parameters, named and laid out as PyTorch names and lays out its own. */
export function encoderParameters(spec: EncoderSpec): ParameterSpec[] {
  const { kind, virtual, width } = spec;
  const reparameterized = spec.deep !== undefined && kind !== 'none';
  const inputWidth = reparameterized ? spec.deep.inputWidth : width;
  const input: ParameterSpec = { name: 'embedding', shape: [virtual, inputWidth], start: 'normal' };
  switch (kind) {
    case 'none':
      return [input];
    case 'mlp':
      return [input, ...linears(mlpWidths(spec))];
    case 'lstm':
      return [input, ...lstmParameters(spec), ...linears(mlpWidths(spec))];
  }
}

/** Starting values, drawn in the order of the parameters; PyTorch's default distributions. */
export function startingParameters(spec: EncoderSpec, random: Random): Map<string, Float32Array> {
  return new Map(
    encoderParameters(spec).map(({ name, shape, start }) => {
      const draw =
        start === 'normal' ? () => random.normal() : () => start * (2 * random.uniform() - 1);
      return [name, Float32Array.from({ length: sizeOf(shape) }, draw)];
    }),
  );
}

/** The inputs by which a training graph leaves numbers out: one behind each LSTM layer but the last. */
export function dropoutMasks(spec: EncoderSpec): { name: string; shape: Shape }[] {
  if (spec.kind !== 'lstm' || !spec.dropout) return [];
  const shape = [spec.virtual, 2 * lstmHidden(spec)];
  return Array.from({ length: spec.layers - 1 }, (_, layer) => ({
    name: `dropout_l${layer}`,
    shape,
  }));
}

/** Values for `dropoutMasks`: 0, or 1/(1 − dropout), so that the mean stays what it is. */
export function drawnMasks(spec: EncoderSpec, random: Random): Map<string, Float32Array> {
  const { dropout = 0 } = spec;
  const draw = () => (random.uniform() < dropout ? 0 : 1 / (1 - dropout));
  return new Map(
    dropoutMasks(spec).map(({ name, shape }) => [
      name,
      Float32Array.from({ length: sizeOf(shape) }, draw),
    ]),
  );
}

/**
 * The encoder's nodes; its parameters must be values of the builder under their own names.
 *
 *   h' = MLP([LSTM→(h); LSTM←(h)])     Liu et al. 2021, arXiv:2103.10385, section 3.2
 *
 * @param masks  the values of `dropoutMasks`; none where nothing is left out
 * @returns float32 [P, D]
 */
export function promptEncoder(
  builder: GraphBuilder,
  spec: EncoderSpec,
  masks: readonly string[] = [],
): string {
  switch (spec.kind) {
    case 'none':
      return 'embedding';
    case 'mlp':
      return mlp(builder, 'embedding', mlpWidths(spec).length - 1, spec.deep ? 'Tanh' : 'Relu');
    case 'lstm': {
      let sequence = 'embedding';
      for (let layer = 0; layer < spec.layers; layer++) {
        sequence = lstm(builder, sequence, `_l${layer}`);
        const mask = masks[layer];
        if (mask !== undefined) sequence = builder.op('Mul', [sequence, mask]);
      }
      return mlp(builder, sequence, mlpWidths(spec).length - 1);
    }
  }
}

/** H of the LSTM, per direction. */
function lstmHidden({ variant, width, hiddenSize }: EncoderSpec): number {
  if (variant === 'peft') return hiddenSize;
  if (width % 2 === 0) return width / 2;
  throw new PtuneError(
    'model/unsupported',
    `The variant "lama" halves the model's width, but ${width} is odd.`,
    'Set "variant: peft" in "train".',
  );
}

/** The widths between the linear layers of the encoder's MLP. */
function mlpWidths(spec: EncoderSpec): number[] {
  const { kind, variant, width, hiddenSize } = spec;
  if (spec.deep) return [spec.deep.inputWidth, hiddenSize, width];
  if (kind === 'lstm') {
    const both = 2 * lstmHidden(spec);
    return [both, both, width];
  }
  return variant === 'peft' ? [width, hiddenSize, hiddenSize, width] : [width, width, width];
}

function linears(widths: readonly number[]): ParameterSpec[] {
  return widths.slice(1).flatMap((to, i) => {
    const from = widths[i]!;
    const start = 1 / Math.sqrt(from);
    // PyTorch's Sequential counts the activations between the layers, too.
    return [
      { name: `mlp.${2 * i}.weight`, shape: [to, from], start },
      { name: `mlp.${2 * i}.bias`, shape: [to], start },
    ];
  });
}

function lstmParameters(spec: EncoderSpec): ParameterSpec[] {
  const hidden = lstmHidden(spec);
  const start = 1 / Math.sqrt(hidden);
  const result: ParameterSpec[] = [];
  for (let layer = 0; layer < spec.layers; layer++) {
    const from = layer === 0 ? spec.width : 2 * hidden;
    for (const direction of directions) {
      const suffix = `_l${layer}${direction}`;
      result.push(
        { name: `lstm.weight_ih${suffix}`, shape: [4 * hidden, from], start },
        { name: `lstm.weight_hh${suffix}`, shape: [4 * hidden, hidden], start },
        { name: `lstm.bias_ih${suffix}`, shape: [4 * hidden], start },
        { name: `lstm.bias_hh${suffix}`, shape: [4 * hidden], start },
      );
    }
  }
  return result;
}

/** Linear layers with an activation between them. */
function mlp(
  builder: GraphBuilder,
  input: string,
  layers: number,
  activation: 'Relu' | 'Tanh' = 'Relu',
): string {
  let x = input;
  for (let i = 0; i < layers; i++) {
    if (i > 0) x = builder.op(activation, [x]);
    const name = `mlp.${2 * i}`;
    x = builder.op('Gemm', [x, `${name}.weight`, `${name}.bias`], { transB: int(1) });
  }
  return x;
}

/**
 * One bidirectional LSTM layer, unrolled over the P virtual tokens (Hochreiter and Schmidhuber 1997,
 * in PyTorch's form): with the gates i, f, g, o from one product,
 *
 *   c = σ(f)·c + σ(i)·tanh(g),   h = σ(o)·tanh(c),   h and c from zero
 *
 * Both directions go on together, as the two rows of h and c: the engine spends more time between
 * such small operators than in them.
 *
 * @returns float32 [P, 2H]
 */
function lstm(builder: GraphBuilder, input: string, layer: string): string {
  const count = builder.shapeOf(input)[0]!;
  const weights = directions.map((direction) => `lstm.weight_hh${layer}${direction}`);
  const hidden = builder.shapeOf(weights[0]!)[1];
  invariant(hidden !== undefined, 'The recurrent weight is a matrix.');
  const rows = directions.map((direction) => inputRows(builder, input, `${layer}${direction}`));
  const outputs = directions.map(() => new Array<string>(count));
  const parts = builder.ints(new Array<number>(4).fill(hidden));
  // A product with zeros, so that the recurrent weight has its gradient with one virtual token, too.
  let h = directions.map(() => builder.filled(0, [1, hidden]));
  let c: string | undefined;
  for (let step = 0; step < count; step++) {
    const places = [step, count - 1 - step];
    const products = weights.map((weight, d) =>
      builder.op('Gemm', [h[d]!, weight, rows[d]![places[d]!]!], { transB: int(1) }),
    );
    const gates = builder.op('Concat', products, { axis: int(0) });
    const [i, f, g, o] = builder.ops('Split', [gates, parts], 4, { axis: int(1) });
    const fresh = builder.op('Mul', [builder.op('Sigmoid', [i!]), builder.op('Tanh', [g!])]);
    c =
      c === undefined
        ? fresh
        : builder.op('Add', [builder.op('Mul', [builder.op('Sigmoid', [f!]), c]), fresh]);
    const both = builder.op('Mul', [builder.op('Sigmoid', [o!]), builder.op('Tanh', [c])]);
    h = builder.ops('Split', [both, builder.ints([1, 1])], 2, { axis: int(0) });
    places.forEach((place, d) => (outputs[d]![place] = h[d]!));
  }
  const sequences = outputs.map((own) => builder.op('Concat', own, { axis: int(0) }));
  return builder.op('Concat', sequences, { axis: int(1) });
}

/** What the input adds to the gates at each of the P places, [1, 4H] each. */
function inputRows(builder: GraphBuilder, input: string, suffix: string): string[] {
  const count = builder.shapeOf(input)[0]!;
  const bias = builder.op('Add', [`lstm.bias_ih${suffix}`, `lstm.bias_hh${suffix}`]);
  const projected = builder.op('Gemm', [input, `lstm.weight_ih${suffix}`, bias], {
    transB: int(1),
  });
  const ones = builder.ints(new Array<number>(count).fill(1));
  return builder.ops('Split', [projected, ones], count, { axis: int(0) });
}
