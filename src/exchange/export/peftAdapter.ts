/**
 * A learned prompt as an adapter of PEFT: `adapter_config.json` and `adapter_model.safetensors` with
 * the one tensor `prompt_embeddings`, as PEFT writes them for PROMPT_TUNING, P_TUNING (float32
 * [virtual tokens, width]) and PREFIX_TUNING ([virtual tokens, layers · 2 · width]).
 *
 * PEFT puts a prompt's vectors before the whole input, so only prompts that start with all of their
 * virtual tokens can leave in this format.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PtuneError } from '../../base/errors.ts';
import { counted } from '../../base/format.ts';
import type { OpenModel } from '../../hub/openModel.ts';
import type { TemplatePart } from '../../language/ast.ts';
import { parse } from '../../language/parser.ts';
import { cacheInputs } from '../../model/deepPrompt.ts';
import { writeSafetensors } from '../../runs/safetensors.ts';
import type { TrainingContext } from '../../training/context.ts';
import { openRunModel } from '../../training/openRun.ts';
import type { ExportContent, ExportSource } from './exported.ts';
import { readmeText } from './readme.ts';

/**
 * The adapter of a prompt.
 *
 * @throws PtuneError `export/not-possible` for a virtual token behind a word, and for keys and values
 *   in another order than PEFT's; those of opening the model
 */
export async function peftExport(
  source: ExportSource,
  context: TrainingContext,
): Promise<ExportContent> {
  await assertLeading(source);
  const opened = await openRunModel(source.run, context);
  const model = opened.open;
  await opened.release();
  const vectors = inOrderOfPlaces(source);
  const config = source.isDeep
    ? prefixConfig(source, model)
    : promptConfig(source, await modelNumbers(model.folder));
  const adapter = {
    ...config,
    auto_mapping: null,
    base_model_name_or_path: source.run.manifest.model.id,
    inference_mode: true,
    num_transformer_submodules: 1,
    num_virtual_tokens: vectors.length / source.prompt.width,
    revision: null,
    task_type: taskType(model),
  };
  const tensor = {
    dtype: 'F32',
    shape: [adapter.num_virtual_tokens, source.prompt.width],
    data: vectors,
  } as const;
  const warnings = orderWarning(model, source);
  return {
    files: [
      { name: 'adapter_config.json', content: sortedJson(adapter) },
      {
        name: 'adapter_model.safetensors',
        content: writeSafetensors({
          tensors: { prompt_embeddings: tensor },
          metadata: { format: 'pt' },
        }),
      },
      { name: 'README.md', content: readme(source, adapter.peft_type, model, warnings) },
    ],
    warnings,
  };
}

/** Every place's vector in turn; those of named virtual tokens may stand in several. */
function inOrderOfPlaces({ prompt, isDeep }: ExportSource): Float32Array {
  if (isDeep) return prompt.vectors;
  const rows = prompt.placement.flatMap((place) => place.rows);
  const vectors = new Float32Array(rows.length * prompt.width);
  rows.forEach((row, i) => {
    const own = prompt.vectors.subarray(row * prompt.width, (row + 1) * prompt.width);
    vectors.set(own, i * prompt.width);
  });
  return vectors;
}

/**
 * Makes sure that all virtual tokens stand before everything else.
 *
 * @throws PtuneError `export/not-possible`
 */
export async function assertLeading({ parts, prompt, run }: ExportSource): Promise<void> {
  const refuse = (why: string): never => {
    throw new PtuneError(
      'export/not-possible',
      `The prompt "${prompt.prompt}" cannot be exported for PEFT, which puts all virtual tokens before the whole input: ${why}.`,
      'Export it with "--format tokens" or "--format onnx", or train a template that starts with all of its virtual tokens.',
    );
  };
  const text = await readFile(join(run.home, run.manifest.file), 'utf8').catch(() => '');
  if (parse(text).settings.chat) refuse('here the chat template stands before them');
  const first = parts.findIndex((part) => part.kind !== 'virtual' && !isBlank(part));
  const late = first < 0 ? [] : parts.slice(first).filter((part) => part.kind === 'virtual');
  if (late.length === 0) return;
  const places = prompt.placement.filter((place) => place.part > first);
  const count = places.reduce((sum, place) => sum + place.rows.length, 0);
  refuse(
    `${counted(count, 'virtual token')} of it ${count === 1 ? 'stands' : 'stand'} behind ${described(parts[first]!)}`,
  );
}

const isBlank = (part: TemplatePart) => part.kind === 'text' && part.text.trim() === '';

function described(part: TemplatePart): string {
  switch (part.kind) {
    case 'text':
      return `the words ${JSON.stringify(part.text.trim())}`;
    case 'slot':
      return `the slot {${part.column}}`;
    case 'demos':
      return `{demos:${part.count}}`;
    case 'answer':
    case 'virtual':
      return 'the answer';
  }
}

/** PEFT's name of what the model does. */
function taskType({ lm }: OpenModel): string {
  if (lm.encoder) return 'SEQ_2_SEQ_LM';
  return lm.causal ? 'CAUSAL_LM' : 'FEATURE_EXTRACTION';
}

interface ModelNumbers {
  readonly heads: number | null;
  readonly layers: number | null;
}

/** Numbers of the model that PEFT's configurations repeat; it fills in those that are null. */
async function modelNumbers(folder: string): Promise<ModelNumbers> {
  const text = await readFile(join(folder, 'config.json'), 'utf8').catch(() => '{}');
  const config = JSON.parse(text) as Record<string, unknown>;
  const named = (...names: string[]): number | null => {
    const value = names.map((name) => config[name]).find((found) => typeof found === 'number');
    return value ?? null;
  };
  return {
    heads: named(
      'num_attention_heads',
      'n_head',
      'n_heads',
      'num_heads',
      'encoder_attention_heads',
    ),
    layers: named('num_hidden_layers', 'n_layer', 'n_layers', 'num_layers', 'encoder_layers'),
  };
}

/** What PROMPT_TUNING and P_TUNING have for themselves; both hold the vectors as they are used. */
function promptConfig({ run, prompt }: ExportSource, numbers: ModelNumbers) {
  const { encoder, hiddenSize, layers, dropout } = run.manifest.settings as Settings;
  const common = {
    num_attention_heads: numbers.heads,
    num_layers: numbers.layers,
    token_dim: prompt.width,
  };
  if (encoder !== 'lstm' && encoder !== 'mlp') {
    return {
      ...common,
      peft_type: 'PROMPT_TUNING',
      prompt_tuning_init: 'RANDOM',
      prompt_tuning_init_text: null,
      tokenizer_kwargs: null,
      tokenizer_name_or_path: null,
    };
  }
  return {
    ...common,
    peft_type: 'P_TUNING',
    encoder_dropout: dropout ?? 0,
    encoder_hidden_size: hiddenSize ?? prompt.width,
    encoder_num_layers: layers ?? 2,
    encoder_reparameterization_type: encoder.toUpperCase(),
  };
}

interface Settings {
  readonly encoder?: unknown;
  readonly hiddenSize?: number;
  readonly layers?: number;
  readonly dropout?: number;
}

/** PEFT reads a row as layers, in each the keys and then the values of all heads. */
function prefixConfig({ prompt }: ExportSource, { lm }: OpenModel) {
  const inputs = cacheInputs(lm);
  const [first] = inputs;
  const expected = inputs.map(
    (_, i) => `past_key_values.${Math.floor(i / 2)}.${i % 2 === 0 ? 'key' : 'value'}`,
  );
  const same = inputs.every(
    (input, i) =>
      input.name === expected[i] &&
      input.heads === first!.heads &&
      input.headWidth === first!.headWidth,
  );
  if (!first || !same) {
    throw new PtuneError(
      'export/not-possible',
      `The deep prompt "${prompt.prompt}" cannot be exported for PEFT: the model takes keys and values as ${inputs.map((input) => input.name).join(', ')}, and PEFT needs ${expected.join(', ')}, all of one shape.`,
      'Export it with "--format npy" or "--format onnx".',
    );
  }
  return {
    peft_type: 'PREFIX_TUNING',
    encoder_hidden_size: null,
    num_attention_heads: first.heads,
    num_layers: inputs.length / 2,
    prefix_projection: false,
    token_dim: first.heads * first.headWidth,
  };
}

/** Where ptune and PEFT differ for this model. */
function orderWarning({ tokenizer, lm }: OpenModel, { isDeep }: ExportSource): string[] {
  if (isDeep || tokenizer.prefixIds.length === 0) return [];
  const names = tokenizer.prefixIds.map((id) => tokenizer.tokenText(id)).join(' ');
  return [
    `The tokenizer puts ${names} before a text. ptune read the vectors behind it, PEFT puts them before it, so answers can differ from those of ptune predict.${lm.causal ? '' : ' The export "tokens" keeps the order.'}`,
  ];
}

/** As Python writes it with indent=2 and sort_keys=True; PEFT puts no line break at the end. */
function sortedJson(value: Readonly<Record<string, unknown>>): string {
  const keys = Object.keys(value).sort();
  return JSON.stringify(Object.fromEntries(keys.map((key) => [key, value[key]])), undefined, 2);
}

function readme(
  source: ExportSource,
  type: string,
  { lm }: OpenModel,
  warnings: readonly string[],
): string {
  const model = lm.encoder
    ? 'AutoModelForSeq2SeqLM'
    : lm.causal
      ? 'AutoModelForCausalLM'
      : 'AutoModelForMaskedLM';
  return readmeText(source, {
    what: `An adapter of PEFT (${type}): ${source.count} virtual tokens before the input.`,
    notes: [
      'The base model is the PyTorch model that the ONNX file was exported from. `base_model_name_or_path` in `adapter_config.json` is the name in the `.ptune` file: change it where PyTorch finds the model under another one. The fields are those of PEFT 0.3 and later. The vectors can be used and scored, but not trained on in PEFT.',
      'What stands behind the virtual tokens in the template is the text of the input, filled in with an example, its leading space included where the tokenizer has tokens with a leading space.',
    ],
    warnings,
    python: `
from peft import PeftConfig, PeftModel
from transformers import AutoTokenizer, ${model}

base = PeftConfig.from_pretrained(".").base_model_name_or_path
tokenizer = AutoTokenizer.from_pretrained(base)
model = PeftModel.from_pretrained(${model}.from_pretrained(base), ".")
model.eval()`,
    javascript: `
import { readFileSync } from 'node:fs';

// Eight bytes with the length of a JSON header, the header, the numbers.
const bytes = readFileSync('adapter_model.safetensors');
const start = 8 + Number(bytes.readBigUInt64LE(0));
const { shape, data_offsets } = JSON.parse(bytes.toString('utf8', 8, start)).prompt_embeddings;
const [count, width] = shape;
const vectors = Array.from({ length: count }, (_, p) =>
  Float32Array.from({ length: width }, (_, d) =>
    bytes.readFloatLE(start + data_offsets[0] + 4 * (p * width + d)),
  ),
);
console.log(vectors.length, vectors[0].length);`,
  });
}
