/**
 * The bundled masked language model as an ONNX graph with open batch size and length: DistilBERT's
 * architecture (Sanh et al. 2019, arXiv:1910.01108; BERT's layers, Devlin et al. 2019,
 * arXiv:1810.04805, without token types), small.
 */
import { float, int, ints } from '../../src/onnx/graph.ts';
import { targetOpset } from '../../src/onnx/write.ts';
import { GraphParts, type ModelDefinition } from './weights.ts';

/** The sizes of a model. */
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

/** The graph of a masked language model: input_ids, attention_mask → logits. */
export function defineModel(a: Architecture): ModelDefinition {
  return new Definition(a).finish();
}

class Definition {
  readonly #a: Architecture;
  readonly #parts = new GraphParts();

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
        nodes: this.#parts.nodes,
        initializers: this.#parts.constants,
      },
      weights: this.#parts.weights,
      opset: targetOpset,
      causal: false,
    };
  }

  /** [B, 1, 1, T]: 0 where attended to, a large negative number elsewhere. */
  #attentionBias(): string {
    const mask = this.#parts.op('Cast', ['attention_mask'], 'mask.float', { to: int(1) });
    const inverted = this.#parts.op('Sub', [this.#parts.scalar('one', 1), mask], 'mask.inverted');
    const bias = this.#parts.op('Mul', [inverted, this.#parts.scalar('masked', -1e4)], 'mask.bias');
    return this.#parts.op('Unsqueeze', [bias, this.#parts.ints('axes.mask', [1, 2])], 'mask.axes');
  }

  #embeddings(): string {
    const { vocabularySize, positions, width } = this.#a;
    const words = this.#parts.weight('embeddings.word_embeddings.weight', [vocabularySize, width]);
    const places = this.#parts.weight('embeddings.position_embeddings.weight', [positions, width]);
    const word = this.#parts.op('Gather', [words, 'input_ids'], 'embeddings.words', {
      axis: int(0),
    });
    const shape = this.#parts.op('Shape', ['input_ids'], 'shape', { start: int(1), end: int(2) });
    const zero = this.#parts.ints('zero', [0]);
    const place = this.#parts.op('Slice', [places, zero, shape, zero], 'embeddings.places');
    return this.#normalized(this.#parts.op('Add', [word, place], 'embeddings.sum'), 'embeddings');
  }

  #normalized(x: string, name: string): string {
    const scale = this.#parts.weight(`${name}.LayerNorm.weight`, [this.#a.width], 'ones');
    const bias = this.#parts.weight(`${name}.LayerNorm.bias`, [this.#a.width], 'zeros');
    return this.#parts.op('LayerNormalization', [x, scale, bias], `${name}.normalized`, {
      axis: int(-1),
      epsilon: float(1e-12),
    });
  }

  #layer(x: string, mask: string, name: string): string {
    const { width, hidden } = this.#a;
    const attended = this.#attention(x, mask, `${name}.attention`);
    const first = this.#parts.op('Add', [x, attended], `${name}.residual`);
    const middle = this.#normalized(first, `${name}.attention`);
    const inner = this.#parts.op(
      'Gelu',
      [this.#parts.linear(middle, `${name}.ffn.lin1`, width, hidden)],
      `${name}.gelu`,
    );
    const outer = this.#parts.linear(inner, `${name}.ffn.lin2`, hidden, width);
    return this.#normalized(
      this.#parts.op('Add', [middle, outer], `${name}.output`),
      `${name}.output`,
    );
  }

  #attention(x: string, mask: string, name: string): string {
    const { width, heads } = this.#a;
    const headWidth = width / heads;
    const split = this.#parts.ints('shape.heads', [0, 0, heads, headWidth]);
    const project = (part: string, perm: readonly number[]) => {
      const y = this.#parts.op(
        'Reshape',
        [this.#parts.linear(x, `${name}.${part}`, width, width), split],
        `${name}.${part}.heads`,
      );
      return this.#parts.op('Transpose', [y], `${name}.${part}.transposed`, { perm: ints(perm) });
    };
    const q = project('q_lin', [0, 2, 1, 3]);
    const k = project('k_lin', [0, 2, 3, 1]);
    const v = project('v_lin', [0, 2, 1, 3]);
    const scaled = this.#parts.op(
      'Mul',
      [q, this.#parts.scalar('scale', 1 / Math.sqrt(headWidth))],
      `${name}.scaled`,
    );
    const scores = this.#parts.op('MatMul', [scaled, k], `${name}.scores`);
    const biased = this.#parts.op('Add', [scores, mask], `${name}.biased`);
    const weights = this.#parts.op('Softmax', [biased], `${name}.weights`, { axis: int(-1) });
    const context = this.#parts.op('MatMul', [weights, v], `${name}.context`);
    const back = this.#parts.op('Transpose', [context], `${name}.back`, {
      perm: ints([0, 2, 1, 3]),
    });
    const joined = this.#parts.op(
      'Reshape',
      [back, this.#parts.ints('shape.joined', [0, 0, width])],
      `${name}.joined`,
    );
    return this.#parts.linear(joined, `${name}.out_lin`, width, width);
  }

  /** The masked language modelling head; its last matrix is the word embeddings'. */
  #head(x: string): void {
    const { width, vocabularySize } = this.#a;
    const dense = this.#parts.op(
      'Gelu',
      [this.#parts.linear(x, 'vocab_transform', width, width)],
      'vocab_transform.gelu',
    );
    const normalized = this.#normalized(dense, 'vocab_layer_norm');
    const table = this.#parts.op(
      'Transpose',
      ['embeddings.word_embeddings.weight'],
      'vocab_projector.table',
      { perm: ints([1, 0]) },
    );
    const product = this.#parts.op('MatMul', [normalized, table], 'vocab_projector.product');
    const bias = this.#parts.weight('vocab_projector.bias', [vocabularySize], 'zeros');
    this.#parts.op('Add', [product, bias], 'logits');
  }
}
