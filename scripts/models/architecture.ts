/**
 * The bundled masked language model as an ONNX graph with open batch size and length: DistilBERT's
 * architecture (Sanh et al. 2019, arXiv:1910.01108; BERT's layers, Devlin et al. 2019,
 * arXiv:1810.04805, without token types), small.
 */
import type { Random } from '../../src/base/random.ts';
import { float, int, ints, type Attributes, type Graph, type Node } from '../../src/onnx/graph.ts';
import type { Constant, Shape } from '../../src/onnx/tensor.ts';

export interface Architecture {
  readonly vocabularySize: number;
  /** Width of embeddings and layers, D. */
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Inner width of the feed-forward layers. */
  readonly hidden: number;
  /** Longest input in tokens. */
  readonly positions: number;
}

/** A weight with its shape and how it starts. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly start: 'normal' | 'ones' | 'zeros';
}

/** The graph without its weights, and what these are. */
export interface ModelDefinition {
  readonly graph: Graph;
  readonly weights: readonly WeightSpec[];
}

/** A standard deviation of 0.02, as BERT's. */
export function startingWeights(spec: WeightSpec, random: Random): Float32Array {
  const size = spec.shape.reduce((a, b) => a * b, 1);
  switch (spec.start) {
    case 'ones':
      return new Float32Array(size).fill(1);
    case 'zeros':
      return new Float32Array(size);
    case 'normal':
      return Float32Array.from({ length: size }, () => 0.02 * random.normal());
  }
}

/** The graph of a masked language model: input_ids, attention_mask → logits. */
export function defineModel(a: Architecture): ModelDefinition {
  return new Definition(a).finish();
}

class Definition {
  readonly #a: Architecture;
  readonly #nodes: Node[] = [];
  readonly #weights: WeightSpec[] = [];
  readonly #constants = new Map<string, Constant>();

  constructor(a: Architecture) {
    this.#a = a;
  }

  finish(): ModelDefinition {
    const mask = this.#attentionBias();
    let x = this.#embeddings();
    for (let layer = 0; layer < this.#a.layers; layer++) x = this.#layer(x, mask, `layer.${layer}`);
    this.#head(x);
    const open = ['batch_size', 'sequence_length'];
    return {
      graph: {
        name: 'mini-mlm',
        inputs: ['input_ids', 'attention_mask'].map((name) => ({
          name,
          dtype: 'int64',
          shape: open,
        })),
        outputs: [{ name: 'logits', dtype: 'float32', shape: [...open, this.#a.vocabularySize] }],
        nodes: this.#nodes,
        initializers: this.#constants,
      },
      weights: this.#weights,
    };
  }

  #op(op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): string {
    this.#nodes.push({ op, domain: '', name: output, inputs, outputs: [output], attributes });
    return output;
  }

  #weight(name: string, shape: Shape, start: WeightSpec['start'] = 'normal'): string {
    this.#weights.push({ name, shape, start });
    return name;
  }

  #ints(name: string, values: readonly number[]): string {
    const data = Float64Array.from(values);
    this.#constants.set(name, { dtype: 'int64', shape: [values.length], data });
    return name;
  }

  #scalar(name: string, value: number): string {
    this.#constants.set(name, { dtype: 'float32', shape: [], data: Float64Array.of(value) });
    return name;
  }

  /** [B, 1, 1, T]: 0 where attended to, a large negative number elsewhere. */
  #attentionBias(): string {
    const mask = this.#op('Cast', ['attention_mask'], 'mask.float', { to: int(1) });
    const inverted = this.#op('Sub', [this.#scalar('one', 1), mask], 'mask.inverted');
    const bias = this.#op('Mul', [inverted, this.#scalar('masked', -1e4)], 'mask.bias');
    return this.#op('Unsqueeze', [bias, this.#ints('axes.mask', [1, 2])], 'mask.axes');
  }

  #embeddings(): string {
    const { vocabularySize, positions, width } = this.#a;
    const words = this.#weight('embeddings.word_embeddings.weight', [vocabularySize, width]);
    const places = this.#weight('embeddings.position_embeddings.weight', [positions, width]);
    const word = this.#op('Gather', [words, 'input_ids'], 'embeddings.words', { axis: int(0) });
    const shape = this.#op('Shape', ['input_ids'], 'shape', { start: int(1), end: int(2) });
    const zero = this.#ints('zero', [0]);
    const place = this.#op('Slice', [places, zero, shape, zero], 'embeddings.places');
    return this.#normalized(this.#op('Add', [word, place], 'embeddings.sum'), 'embeddings');
  }

  #linear(x: string, name: string, from: number, to: number): string {
    const weight = this.#weight(`${name}.weight`, [from, to]);
    const bias = this.#weight(`${name}.bias`, [to], 'zeros');
    const product = this.#op('MatMul', [x, weight], `${name}.product`);
    return this.#op('Add', [product, bias], `${name}.sum`);
  }

  #normalized(x: string, name: string): string {
    const scale = this.#weight(`${name}.LayerNorm.weight`, [this.#a.width], 'ones');
    const bias = this.#weight(`${name}.LayerNorm.bias`, [this.#a.width], 'zeros');
    return this.#op('LayerNormalization', [x, scale, bias], `${name}.normalized`, {
      axis: int(-1),
      epsilon: float(1e-12),
    });
  }

  #layer(x: string, mask: string, name: string): string {
    const { width, hidden } = this.#a;
    const attended = this.#attention(x, mask, `${name}.attention`);
    const first = this.#op('Add', [x, attended], `${name}.residual`);
    const middle = this.#normalized(first, `${name}.attention`);
    const inner = this.#op(
      'Gelu',
      [this.#linear(middle, `${name}.ffn.lin1`, width, hidden)],
      `${name}.gelu`,
    );
    const outer = this.#linear(inner, `${name}.ffn.lin2`, hidden, width);
    return this.#normalized(this.#op('Add', [middle, outer], `${name}.output`), `${name}.output`);
  }

  #attention(x: string, mask: string, name: string): string {
    const { width, heads } = this.#a;
    const headWidth = width / heads;
    const split = this.#ints('shape.heads', [0, 0, heads, headWidth]);
    const project = (part: string, perm: readonly number[]) => {
      const y = this.#op(
        'Reshape',
        [this.#linear(x, `${name}.${part}`, width, width), split],
        `${name}.${part}.heads`,
      );
      return this.#op('Transpose', [y], `${name}.${part}.transposed`, { perm: ints(perm) });
    };
    const q = project('q_lin', [0, 2, 1, 3]);
    const k = project('k_lin', [0, 2, 3, 1]);
    const v = project('v_lin', [0, 2, 1, 3]);
    const scaled = this.#op(
      'Mul',
      [q, this.#scalar('scale', 1 / Math.sqrt(headWidth))],
      `${name}.scaled`,
    );
    const scores = this.#op('MatMul', [scaled, k], `${name}.scores`);
    const biased = this.#op('Add', [scores, mask], `${name}.biased`);
    const weights = this.#op('Softmax', [biased], `${name}.weights`, { axis: int(-1) });
    const context = this.#op('MatMul', [weights, v], `${name}.context`);
    const back = this.#op('Transpose', [context], `${name}.back`, { perm: ints([0, 2, 1, 3]) });
    const joined = this.#op(
      'Reshape',
      [back, this.#ints('shape.joined', [0, 0, width])],
      `${name}.joined`,
    );
    return this.#linear(joined, `${name}.out_lin`, width, width);
  }

  /** The masked language modelling head; its last matrix is the word embeddings'. */
  #head(x: string): void {
    const { width, vocabularySize } = this.#a;
    const dense = this.#op(
      'Gelu',
      [this.#linear(x, 'vocab_transform', width, width)],
      'vocab_transform.gelu',
    );
    const normalized = this.#normalized(dense, 'vocab_layer_norm');
    const table = this.#op(
      'Transpose',
      ['embeddings.word_embeddings.weight'],
      'vocab_projector.table',
      { perm: ints([1, 0]) },
    );
    const product = this.#op('MatMul', [normalized, table], 'vocab_projector.product');
    const bias = this.#weight('vocab_projector.bias', [vocabularySize], 'zeros');
    this.#op('Add', [product, bias], 'logits');
  }
}
