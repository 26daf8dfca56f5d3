/**
 * Writes a model as an ONNX file with its weights in a second file beside it, `NAME.onnx_data`. The
 * weights go from file to file in pieces; none is held in memory whole.
 */
import { copyFile, mkdir, open, writeFile, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { throwIfCancelled } from '../../base/errors.ts';
import type { LocatedModel } from '../../hub/locate.ts';
import type { Attribute, Graph, Model } from '../../onnx/graph.ts';
import { isStored, type Constant, type StoredTensor } from '../../onnx/tensor.ts';
import { writeModel } from '../../onnx/write.ts';
import type { TrainingContext } from '../../training/context.ts';
import { withConstantsAsWeights, type JoinedWeight } from './extendTable.ts';

/** Bytes that are copied at once. */
const pieceBytes = 16 << 20;

/** Where a large weight starts, so that the engine can map it into memory; smaller ones at 64. */
const pageBytes = 4096;
const largeBytes = 1 << 16;

/**
 * Writes `path` and `path_data`.
 *
 * @param added  further weights by name
 * @param context  hears how many bytes are written, and may stop it between two pieces
 * @throws PtuneError `training/cancelled`
 */
export async function writeModelFiles(
  path: string,
  model: Model,
  added: ReadonlyMap<string, JoinedWeight> = new Map(),
  context?: Pick<TrainingContext, 'emit' | 'signal'>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(`${path}_data`, 'wx');
  try {
    const weights = new WeightFile(file, `${basename(path)}_data`, model, context);
    const graph = await weights.moved(withConstantsAsWeights(model.graph));
    const initializers = new Map(graph.initializers);
    for (const [name, weight] of added) initializers.set(name, await weights.add(weight));
    const opset = model.opsets.get('') ?? 1;
    await writeFile(path, writeModel({ ...graph, initializers }, { opset }));
  } finally {
    await file.close();
  }
}

/** A file of weights that is being written. */
class WeightFile {
  readonly #file: FileHandle;
  readonly #name: string;
  readonly #model: Model;
  /** Tensors by where they lay, so that shared ones stay shared. */
  readonly #known = new Map<string, StoredTensor>();
  readonly #context: Pick<TrainingContext, 'emit' | 'signal'> | undefined;
  #position = 0;

  constructor(
    file: FileHandle,
    name: string,
    model: Model,
    context: Pick<TrainingContext, 'emit' | 'signal'> | undefined,
  ) {
    this.#context = context;
    this.#file = file;
    this.#name = name;
    this.#model = model;
  }

  /** The graph with its weights in this file. */
  async moved(graph: Graph): Promise<Graph> {
    const initializers = new Map<string, Constant | StoredTensor>();
    for (const [name, value] of graph.initializers) {
      initializers.set(name, await this.#tensor(value));
    }
    const nodes = [];
    for (const node of graph.nodes) {
      const attributes: Record<string, Attribute> = {};
      for (const [name, a] of Object.entries(node.attributes)) {
        attributes[name] =
          a.kind === 'graph'
            ? { kind: 'graph', value: await this.moved(a.value) }
            : a.kind === 'tensor'
              ? { kind: 'tensor', value: await this.#tensor(a.value) }
              : a;
      }
      nodes.push({ ...node, attributes });
    }
    return { ...graph, nodes, initializers };
  }

  async #tensor(value: Constant | StoredTensor): Promise<Constant | StoredTensor> {
    if (!isStored(value)) return value;
    const { location, offset, length, dtype, shape } = value;
    const key = `${offset} ${length} ${location}`;
    const known = this.#known.get(key);
    if (known) return { ...known, dtype, shape };
    const moved = await this.add({ dtype, shape, parts: [value] });
    this.#known.set(key, moved);
    return moved;
  }

  /** Writes a weight. */
  async add({ dtype, shape, parts }: JoinedWeight): Promise<StoredTensor> {
    const length = parts.reduce(
      (sum, part) => sum + ('location' in part ? part.length : part.byteLength),
      0,
    );
    const alignment = length >= largeBytes ? pageBytes : 64;
    const offset = Math.ceil(this.#position / alignment) * alignment;
    this.#position = offset;
    for (const part of parts) {
      if ('location' in part) await this.#copy(part);
      else await this.#write(part);
    }
    return { dtype, shape, location: this.#name, offset, length };
  }

  async #copy(part: StoredTensor): Promise<void> {
    for (let done = 0; done < part.length; done += pieceBytes) {
      const length = Math.min(pieceBytes, part.length - done);
      throwIfCancelled(this.#context?.signal);
      await this.#write(this.#model.readStored({ ...part, offset: part.offset + done, length }));
      this.#context?.emit({ type: 'exporting', bytes: this.#position });
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    let done = 0;
    while (done < bytes.byteLength) {
      const at = this.#position + done;
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.byteLength - done, at);
      done += bytesWritten;
    }
    this.#position += bytes.byteLength;
  }
}

/** Copies the configuration, the tokenizer and the chat template of a model's folder. */
export async function copySmallFiles(
  { folder, files }: LocatedModel,
  to: string,
  without: readonly string[] = [],
): Promise<void> {
  for (const file of files) {
    const name = relative(folder, file);
    const isSmall = /^[^/\\]+\.(json|jinja)$/.test(name) && !name.endsWith('index.json');
    if (isSmall && !without.includes(name)) await copyFile(file, join(to, name));
  }
}
