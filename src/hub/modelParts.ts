/**
 * Which files of a repository or folder a model is made of.
 *
 * Which ONNX file: the setting `file`, else the first of `model`, `decoder_model` and
 * `decoder_model_merged`, each in `onnx/` before the folder itself, with the ending of the setting
 * `dtype` (`_fp16`; `_int8` or `_quantized`; `_q4`). Without `dtype` the most exact one that there is:
 * no ending, then those in this order. Else the one that `genai_config.json` names, or the only one.
 */
import { posix } from 'node:path';

/** The part of the `model` setting that says which model. */
export interface ModelChoice {
  readonly id: string;
  readonly revision?: string | undefined;
  /** An ONNX file, relative to the model's folder. */
  readonly file?: string | undefined;
  readonly dtype?: 'fp32' | 'fp16' | 'int8' | 'q4' | undefined;
  /**
   * A prompt is deep, or answers are written: of a decoder in several files, the one that goes on
   * behind cached keys and values is needed, too.
   */
  readonly continues?: boolean | undefined;
}

const endings: Readonly<Record<NonNullable<ModelChoice['dtype']>, readonly string[]>> = {
  fp32: [''],
  fp16: ['_fp16'],
  int8: ['_int8', '_quantized'],
  q4: ['_q4'],
};

const stems = ['model', 'decoder_model', 'decoder_model_merged'];

/** The names of the ONNX file that are looked for, the best first. */
export function graphNames({ file, dtype }: ModelChoice): string[] {
  if (file !== undefined) return [posix.normalize(file)];
  const wanted = dtype === undefined ? Object.values(endings).flat() : endings[dtype];
  return wanted.flatMap((ending) =>
    stems.flatMap((stem) => [`onnx/${stem}${ending}.onnx`, `${stem}${ending}.onnx`]),
  );
}

/**
 * The ONNX file among the names of a folder's files; undefined where none fits.
 *
 * @param configured  the one that the folder's `genai_config.json` names
 */
export function chooseGraph(
  names: Iterable<string>,
  choice: ModelChoice,
  configured?: string,
): string | undefined {
  const there = new Set(names);
  const found = graphNames(choice).find((name) => there.has(name));
  if (found !== undefined || choice.file !== undefined || choice.dtype !== undefined) return found;
  if (configured !== undefined && there.has(configured)) return configured;
  const graphs = [...there].filter((name) => /^(onnx\/)?[^/]+\.onnx$/.test(name));
  return graphs.length === 1 ? graphs[0] : undefined;
}

/** The name that the encoder of a decoder's file has beside it. */
export function encoderName(graph: string): string | undefined {
  const name = posix.basename(graph);
  const encoder = name.replace(/^decoder_model(_merged)?/, 'encoder_model');
  return encoder === name ? undefined : posix.join(posix.dirname(graph), encoder);
}

/** The graphs that may go on behind the cached keys and values of a decoder, the best first. */
export function cachedNames(graph: string): string[] {
  const name = posix.basename(graph);
  if (!/^decoder_model(?!_merged)/.test(name)) return [];
  return ['decoder_with_past_model', 'decoder_model_merged'].map((stem) =>
    posix.join(posix.dirname(graph), name.replace(/^decoder_model/, stem)),
  );
}

/** The files beside the graphs that training reads: configuration, tokenizer, chat template. */
const textFiles = [
  'config.json',
  'generation_config.json',
  'genai_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'chat_template.jinja',
];

/** What of a repository's files a choice needs, but for the weights that its graphs name. */
export interface NeededFiles {
  readonly texts: readonly string[];
  /** The graph, that of the encoder where there is one, and that which goes on where it is needed. */
  readonly graphs: readonly string[];
}

/** The files that a choice needs; undefined where there is no such graph. */
export function neededFiles(names: Iterable<string>, choice: ModelChoice): NeededFiles | undefined {
  const there = new Set(names);
  const graph = chooseGraph(there, choice);
  if (graph === undefined) return undefined;
  const encoder = encoderName(graph);
  const cached = choice.continues ? cachedNames(graph).find((name) => there.has(name)) : undefined;
  return {
    texts: textFiles.filter((name) => there.has(name)),
    graphs: [
      graph,
      ...(encoder !== undefined && there.has(encoder) ? [encoder] : []),
      ...(cached === undefined ? [] : [cached]),
    ],
  };
}

/** Whether a name is one that exporters give to a file with a graph's weights. */
export function isWeightsOf(name: string, graph: string): boolean {
  const stem = graph.replace(/\.onnx$/, '');
  return (
    name.startsWith(`${graph}_data`) || name.startsWith(`${graph}.data`) || name === `${stem}.data`
  );
}

/** The largest that a file can be, in bytes: nothing larger is downloaded. */
export function largestSize(name: string): number {
  // A file of protobuf ends at 2 GB; the weights beside it have no such limit.
  if (name.endsWith('.onnx')) return 2 ** 31;
  if (name === 'tokenizer.json') return 2 ** 27;
  return textFiles.includes(name) ? 2 ** 24 : 2 ** 40;
}
