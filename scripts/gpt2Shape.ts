/**
 * A model of GPT-2 small's shape (124 M parameters; Radford et al. 2019) with random weights, for
 * measuring. Written once into a cache folder; nothing of it is kept in the repository.
 */
import { createWriteStream, existsSync, mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { Random } from '../src/base/random.ts';
import { float, int, ints, string, type Attributes, type Node } from '../src/onnx/graph.ts';
import type { Constant, Shape, StoredTensor } from '../src/onnx/tensor.ts';
import { sizeOf } from '../src/onnx/tensor.ts';
import { writeModel } from '../src/onnx/write.ts';
import { atomicWrite } from '../src/files/atomicWrite.ts';

const [width, layers, heads, vocabulary, positions] = [768, 12, 12, 50257, 1024];
const dataFile = 'model.onnx_data';

/** The path of the model's ONNX file in `folder`, which is made where it is missing. */
export async function gpt2Shape(folder: string): Promise<string> {
  const path = join(folder, 'model.onnx');
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const maker = new Maker();
  maker.build();
  await maker.writeWeights(join(folder, dataFile));
  await atomicWrite(path, writeModel(maker.graph()));
  return path;
}

class Maker {
  readonly #nodes: Node[] = [];
  readonly #initializers = new Map<string, Constant | StoredTensor>();
  #offset = 0;

  graph() {
    const open = ['batch_size', 'sequence_length'];
    return {
      name: 'gpt2-shape',
      inputs: ['input_ids', 'attention_mask', 'position_ids'].map((name) => ({
        name,
        dtype: 'int64' as const,
        shape: open,
      })),
      outputs: [{ name: 'logits', dtype: 'float32' as const, shape: [...open, vocabulary] }],
      nodes: this.#nodes,
      initializers: this.#initializers,
    };
  }

  build(): void {
    const table = this.#weight('wte', [vocabulary, width]);
    const word = this.#op('Gather', [table, 'input_ids'], { axis: int(0) });
    const places = this.#weight('wpe', [positions, width]);
    const place = this.#op('Gather', [places, 'position_ids'], { axis: int(0) });
    const mask = this.#mask();
    let x = this.#op('Add', [word, place]);
    for (let layer = 0; layer < layers; layer++) x = this.#block(x, mask, `h.${layer}`);
    const last = this.#normalized(x, 'ln_f');
    const head = this.#op('Transpose', [table], { perm: ints([1, 0]) });
    this.#nodes.push({ ...node('MatMul', [last, head], {}), name: 'logits', outputs: ['logits'] });
  }

  async writeWeights(path: string): Promise<void> {
    const random = new Random(1);
    const stream = createWriteStream(path);
    for (const value of this.#initializers.values()) {
      if (!('location' in value)) continue;
      const data = Float32Array.from(
        { length: sizeOf(value.shape) },
        () => 0.04 * (random.uniform() - 0.5),
      );
      if (!stream.write(new Uint8Array(data.buffer))) await once(stream, 'drain');
    }
    stream.end();
    await once(stream, 'finish');
  }

  #op(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const name = `${op}.${this.#nodes.length}`;
    this.#nodes.push({ ...node(op, inputs, attributes), name, outputs: [name] });
    return name;
  }

  #weight(name: string, shape: Shape): string {
    const length = 4 * sizeOf(shape);
    const place = { location: dataFile, offset: this.#offset, length };
    this.#initializers.set(name, { dtype: 'float32', shape, ...place });
    this.#offset += length;
    return name;
  }

  #constant(name: string, dtype: 'int64' | 'float32', shape: Shape, values: readonly number[]) {
    this.#initializers.set(name, { dtype, shape, data: Float64Array.from(values) });
    return name;
  }

  /** [1, 1, T, T]: 0 at and below the diagonal, a large negative number above it. */
  #mask(): string {
    const length = this.#op('Shape', ['input_ids'], { start: int(1), end: int(2) });
    const square = this.#op('Concat', [length, length], { axis: int(0) });
    const one = this.#constant('masked', 'float32', [1], [-1e9]);
    const full = this.#op('Expand', [one, square]);
    const above = this.#constant('above', 'int64', [], [1]);
    return this.#op('Trilu', [full, above], { upper: int(1) });
  }

  #linear(x: string, name: string, from: number, to: number): string {
    const product = this.#op('MatMul', [x, this.#weight(`${name}.weight`, [from, to])]);
    return this.#op('Add', [product, this.#weight(`${name}.bias`, [to])]);
  }

  #normalized(x: string, name: string): string {
    const [scale, bias] = ['weight', 'bias'].map((part) =>
      this.#weight(`${name}.${part}`, [width]),
    );
    const attributes = { axis: int(-1), epsilon: float(1e-5) };
    return this.#op('LayerNormalization', [x, scale!, bias!], attributes);
  }

  #block(x: string, mask: string, name: string): string {
    const attended = this.#attention(this.#normalized(x, `${name}.ln_1`), mask, `${name}.attn`);
    const middle = this.#op('Add', [x, attended]);
    const inner = this.#linear(
      this.#normalized(middle, `${name}.ln_2`),
      `${name}.fc`,
      width,
      4 * width,
    );
    const active = this.#op('Gelu', [inner], { approximate: string('tanh') });
    return this.#op('Add', [middle, this.#linear(active, `${name}.proj`, 4 * width, width)]);
  }

  #attention(x: string, mask: string, name: string): string {
    const split = this.#constant('heads', 'int64', [4], [0, 0, heads, width / heads]);
    const joined = this.#constant('joined', 'int64', [3], [0, 0, width]);
    const scale = this.#constant('scale', 'float32', [], [1 / Math.sqrt(width / heads)]);
    const all = this.#linear(x, `${name}.qkv`, width, 3 * width);
    const parts = [0, 1, 2].map((i) => `${name}.part.${i}`);
    const lengths = this.#constant('lengths', 'int64', [3], [width, width, width]);
    this.#nodes.push({
      ...node('Split', [all, lengths], { axis: int(2) }),
      name: `${name}.split`,
      outputs: parts,
    });
    const [q, k, v] = parts.map((part, i) =>
      this.#op('Transpose', [this.#op('Reshape', [part, split])], {
        perm: ints(i === 1 ? [0, 2, 3, 1] : [0, 2, 1, 3]),
      }),
    );
    const scores = this.#op('Mul', [this.#op('MatMul', [q!, k!]), scale]);
    const weights = this.#op('Softmax', [this.#op('Add', [scores, mask])], { axis: int(-1) });
    const context = this.#op('Transpose', [this.#op('MatMul', [weights, v!])], {
      perm: ints([0, 2, 1, 3]),
    });
    return this.#linear(this.#op('Reshape', [context, joined]), `${name}.out`, width, width);
  }
}

function node(op: string, inputs: readonly string[], attributes: Attributes) {
  return { op, domain: '', name: '', inputs, outputs: [], attributes };
}
