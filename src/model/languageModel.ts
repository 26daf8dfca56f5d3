/** Finds, in the graph of a language model, the places where a prompt is put in and read out. */
import { PtuneError } from '../base/errors.ts';
import { intAttribute, type Model, type Node, type ValueInfo } from '../onnx/graph.ts';
import { withFixedInput } from '../onnx/branches.ts';
import { withOwnLookups } from '../onnx/lowerings/embedding.ts';
import { isFloat, type DType, type TensorType } from '../onnx/tensor.ts';
import { readsNeighbours } from './neighbours.ts';

/** The lookup of token embeddings, in place of which vectors are put. */
export interface TokenEmbedding {
  /** The initializer [vocabulary, width]. */
  readonly table: string;
  /** The value that the lookup makes: inputs_embeds, [B, T, width]. */
  readonly output: string;
  readonly vocabularySize: number;
  /** Width of an embedding, D. */
  readonly width: number;
}

/** A graph that can be trained on, with the names that matter. */
export interface LanguageModel {
  readonly model: Model;
  readonly embedding: TokenEmbedding;
  /** The output with a score for each token of the vocabulary, [B, T, V]. */
  readonly logits: string;
  readonly inputs: ModelInputs;
  /** Whether a position sees only what stands before it. */
  readonly causal: boolean;
  /** What a decoder with cross-attention reads; prompts stand in the encoder's input. */
  readonly encoder?: Encoder;
  /** Padding is zeros in place of embeddings, because neighbours see it (neighbours.ts). */
  readonly zeroPadding: boolean;
  /** The graph that goes on behind cached keys and values, where it is another one. */
  readonly cached?: CachedPart;
}

/** A branch of the file, or a file of its own. */
export interface CachedPart {
  readonly model: Model;
  readonly inputs: ModelInputs;
}

/** Names of the graph's inputs; undefined for those it does not have. */
export interface ModelInputs {
  readonly inputIds: string;
  readonly attentionMask: string | undefined;
  readonly tokenTypeIds: string | undefined;
  readonly positionIds: string | undefined;
  /** Cached keys and values, fed with length 0. */
  readonly past: readonly ValueInfo[];
  /** What a decoder reads of its encoder: hidden states [B, S, D] and their mask [B, S]. */
  readonly encoderStates: string | undefined;
  readonly encoderMask: string | undefined;
}

/** The encoder of an encoder-decoder model, in a file of its own. */
export interface Encoder {
  readonly model: Model;
  readonly embedding: TokenEmbedding;
  /** The output that the decoder reads, [B, S, D]. */
  readonly states: string;
  readonly inputs: ModelInputs;
}

/** The graph that a prompt's tokens and vectors go into: the encoder, where the model has one. */
export function readingPart(lm: LanguageModel): Pick<Encoder, 'model' | 'embedding' | 'inputs'> {
  return lm.encoder ?? lm;
}

/** The graph that reads cached keys and values. */
export function cachingPart(lm: LanguageModel): CachedPart {
  return lm.cached ?? lm;
}

/** Operators that hand token ids on unchanged. */
const passing = new Set(['Identity', 'Reshape', 'Cast', 'Squeeze', 'Unsqueeze', 'Flatten']);

/**
 * Finds the embedding lookup, the logits and the inputs.
 *
 * @throws PtuneError `model/no-embedding` or `model/no-logits` when the graph has none;
 *   `model/unsupported` for an input whose meaning is not known
 */
export function findLanguageModel(file: Model, causal: boolean): LanguageModel {
  // A decoder of two branches starts with the one and goes on with the other.
  const model = withOwnLookups(withoutCache(file));
  const inputs = findInputs(model);
  const embedding = findEmbedding(model, inputs.inputIds);
  return {
    model,
    embedding,
    ...findLogits(model),
    inputs,
    causal,
    ...(hasCacheBranch(file) && { cached: findCachedPart(file) }),
    zeroPadding: readsNeighbours(model.graph, embedding.output),
  };
}

/**
 * The graph of a file that goes on behind cached keys and values.
 *
 * @throws PtuneError `model/unsupported` for an input whose meaning is not known
 */
export function findCachedPart(file: Model): CachedPart {
  const model = branchOfCache(file, true);
  return { model, inputs: findInputs(model) };
}

/** Decoders of two branches as the branch that reads a prompt from its start. */
export function withoutCache(model: Model): Model {
  return branchOfCache(model, false);
}

const cacheBranch = 'use_cache_branch';

const hasCacheBranch = ({ graph }: Model): boolean =>
  graph.inputs.some(({ name }) => name === cacheBranch);

function branchOfCache(model: Model, cached: boolean): Model {
  const value = { dtype: 'bool', shape: [1], data: Float64Array.of(Number(cached)) } as const;
  return withFixedInput(model, cacheBranch, value);
}

/**
 * Finds the embedding lookup and the hidden states of an encoder.
 *
 * @throws PtuneError as `findLanguageModel` does
 */
export function findEncoder(file: Model): Encoder {
  const model = withOwnLookups(file);
  const inputs = findInputs(model);
  const { outputs } = model.graph;
  const states = outputs.find((o) => o.name === 'last_hidden_state') ?? outputs[0];
  if (!states) {
    throw new PtuneError(
      'model/unsupported',
      'The encoder has no output.',
      'Export the model again, for text2text generation.',
    );
  }
  return { model, embedding: findEmbedding(model, inputs.inputIds), states: states.name, inputs };
}

function findInputs(model: Model): ModelInputs {
  const inputs = model.graph.inputs;
  const names = new Set(inputs.map((i) => i.name));
  const named = (name: string) => (names.has(name) ? name : undefined);
  const past = inputs.filter((i) => i.name.startsWith('past_key_values'));
  const known = new Set([
    'input_ids',
    'attention_mask',
    'token_type_ids',
    'position_ids',
    'encoder_hidden_states',
    'encoder_attention_mask',
    ...past.map((p) => p.name),
  ]);
  const unknown = inputs.filter((i) => !known.has(i.name));
  const inputIds = named('input_ids');
  if (inputIds === undefined || unknown.length > 0) {
    throw new PtuneError(
      'model/unsupported',
      inputIds === undefined
        ? `The model has no input "input_ids"; it has ${listed(inputs)}.`
        : `The model has inputs whose meaning is not known: ${listed(unknown)}.`,
      'Use an export for text generation or masked language modelling, as Optimum writes it.',
    );
  }
  return {
    inputIds,
    attentionMask: named('attention_mask'),
    tokenTypeIds: named('token_type_ids'),
    positionIds: named('position_ids'),
    past,
    encoderStates: named('encoder_hidden_states'),
    encoderMask: named('encoder_attention_mask'),
  };
}

const listed = (infos: readonly ValueInfo[]) => infos.map((i) => `"${i.name}"`).join(', ');

function findEmbedding(model: Model, inputIds: string): TokenEmbedding {
  const { nodes } = model.graph;
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((o) => [o, node] as const)));
  const found: TokenEmbedding[] = [];
  for (const node of nodes) {
    if (!lookups.has(node.op) || source(node.inputs[1]!, makers) !== inputIds) continue;
    const table = source(node.inputs[0]!, makers);
    const type = weightType(model, table, makers);
    if (type?.shape.length !== 2) continue;
    const output = vectorsOf(node, type.dtype, nodes);
    if (output === undefined) continue;
    const [vocabularySize, stored] = type.shape as [number, number];
    const width = stored * numbersInByte(node);
    found.push({ table, output, vocabularySize, width });
  }
  found.sort((a, b) => b.vocabularySize - a.vocabularySize);
  if (found[0]) return found[0];
  throw new PtuneError(
    'model/no-embedding',
    'The model has no lookup of token embeddings by "input_ids", so no vector can take a token\'s place.',
    'Use the file that was exported without optimisation or quantisation, as a rule onnx/model.onnx.',
  );
}

/** Operators that look rows of a table up. */
const lookups = new Set(['Gather', 'GatherBlockQuantized']);

/** How many numbers of a row stand in one element of the table. */
function numbersInByte(node: Node): number {
  return node.op === 'GatherBlockQuantized' ? 8 / intAttribute(node.attributes, 'bits', 4) : 1;
}

/** The looked-up rows as floats: of a table of few bits, what is made of them next. */
function vectorsOf(lookup: Node, dtype: DType, nodes: readonly Node[]): string | undefined {
  const [rows] = lookup.outputs;
  if (isFloat(dtype) || lookup.op === 'GatherBlockQuantized') return rows;
  const readers = nodes.filter(({ inputs }) => inputs.includes(rows!));
  return readers.length === 1 && readers[0]!.op === 'DequantizeLinear'
    ? readers[0]!.outputs[0]
    : undefined;
}

/** The value that `name` is handed on from. */
function source(name: string, makers: ReadonlyMap<string, Node>): string {
  let at = name;
  for (;;) {
    const node = makers.get(at);
    if (!node || !passing.has(node.op)) return at;
    at = node.inputs[0]!;
  }
}

function weightType(
  model: Model,
  name: string,
  makers: ReadonlyMap<string, Node>,
): TensorType | undefined {
  const initializer = model.graph.initializers.get(name);
  if (initializer) return initializer;
  const constant = makers.get(name)?.attributes.value;
  return constant?.kind === 'tensor' ? constant.value : undefined;
}

function findLogits(model: Model): { logits: string } {
  const outputs = model.graph.outputs;
  const logits = outputs.find((o) => o.name === 'logits') ?? outputs[0];
  if (logits && (logits.name === 'logits' || logits.shape.length === 3)) {
    return { logits: logits.name };
  }
  throw new PtuneError(
    'model/no-logits',
    `The model has no output "logits"; it has ${listed(outputs)}.`,
    'Use a model with a language-modelling head (for text generation or fill-mask).',
  );
}
