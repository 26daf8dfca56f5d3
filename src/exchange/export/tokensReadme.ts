/** The README.md of a model with a prompt's virtual tokens in its vocabulary. */
import type { OpenRun } from '../../training/openRun.ts';
import type { ExportSource } from './exported.ts';
import { fence, readmeText } from './readme.ts';
import { samplesOf, slotNames } from './promptText.ts';
import { seq2seqJavaScript, seq2seqPython } from './seq2seqPrograms.ts';
import type { TypedPrompt } from './tokensExport.ts';

/** The names of the two graphs of an encoder-decoder model. */
export interface GraphPair {
  readonly encoder: string;
  readonly decoder: string;
}

/**
 * The text of the README.
 *
 * @param pair  the graphs, where the model has two
 */
export function tokensReadme(
  source: ExportSource,
  { open, encoding }: OpenRun,
  typed: TypedPrompt,
  pair: GraphPair | undefined,
  warnings: readonly string[],
): string {
  const { lm, tokenizer } = open.model.open;
  const kind = lm.causal || lm.encoder ? 'CausalLM' : 'MaskedLM';
  const { names } = typed;
  const options = typed.addSpecialTokens ? '' : ', { add_special_tokens: false }';
  const python = typed.addSpecialTokens ? '' : ', add_special_tokens=False';
  const mask = kind === 'MaskedLM' ? tokenizer.tokenText(tokenizer.maskId!) : undefined;
  const last = source.count > 1 ? ` to \`${names.at(-1)!}\`` : '';
  const notes = [
    `Type it as text, with the slots filled in:\n\n${fence(typed.text, 'text')}`,
    `For example:\n\n${fence(typed.example, 'text')}`,
    mask === undefined
      ? `The answer is what the ${lm.encoder ? 'decoder writes' : 'model says next'}.`
      : `The answer is what the model says in the place of \`${mask}\`; write one \`${mask}\` for each token of an answer.`,
    ...(open.file.settings.chat
      ? ['The text holds the chat template, so the tokenizer adds no special tokens.']
      : []),
    'Scores are those of the old tokens: the output has a column for each of them as before, and the new tokens are never said. `vocab_size` in `config.json` counts the rows of the table of embeddings.',
    'The weights lie in the files whose names end in `_data`; keep them beside the ONNX files.',
  ];
  return readmeText(source, {
    what: `The model with ${source.count} further tokens in its vocabulary, \`${names[0]!}\`${last}: the learned virtual tokens of the prompt.`,
    notes,
    warnings,
    ...(pair
      ? seq2seqPrograms({ open, encoding }, pair, typed)
      : {
          python: pythonProgram(kind, typed.example, python),
          javascript: javascriptProgram(kind, typed.example, options),
        }),
  });
}

function seq2seqPrograms(
  { open, encoding }: Pick<OpenRun, 'open' | 'encoding'>,
  pair: GraphPair,
  { example, addSpecialTokens }: TypedPrompt,
): { readonly python: string; readonly javascript: string } {
  const { config, tokenizer } = open.model.open;
  const [sample = slotNames(encoding)] = samplesOf(open);
  const start = encoding.encode(sample, [0]).decoderIds ?? [];
  const facts = {
    ...pair,
    example,
    start,
    // The last token is written, not read.
    most: Math.min(
      open.file.settings.maxTokens,
      (config.maxPositions ?? Infinity) - start.length + 1,
    ),
    ends: [...new Set([...config.endTokenIds, tokenizer.endId])].filter((id) => id !== undefined),
  };
  const options = addSpecialTokens
    ? { python: '', javascript: '' }
    : { python: ', add_special_tokens=False', javascript: ', { add_special_tokens: false }' };
  return {
    python: seq2seqPython({ ...facts, options: options.python }),
    javascript: seq2seqJavaScript({ ...facts, options: options.javascript }),
  };
}

function pythonProgram(kind: string, example: string, options: string): string {
  const place =
    kind === 'MaskedLM'
      ? 'list(inputs["input_ids"][0]).index(tokenizer.mask_token_id)'
      : 'inputs["input_ids"].shape[1] - 1';
  return `
import numpy
import onnxruntime
from transformers import AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(".")
session = onnxruntime.InferenceSession("onnx/model.onnx")
text = ${JSON.stringify(example)}
inputs = {name: numpy.array([ids], numpy.int64) for name, ids in tokenizer(text${options}).items()}
count = inputs["input_ids"].shape[1]
inputs["position_ids"] = numpy.arange(count, dtype=numpy.int64)[None]
inputs["use_cache_branch"] = numpy.array([False])
feeds = {}
for wanted in session.get_inputs():
    if wanted.name.startswith("past_key_values"):
        shape = [size if isinstance(size, int) else 0 for size in wanted.shape]
        dtype = numpy.float16 if "float16" in wanted.type else numpy.float32
        feeds[wanted.name] = numpy.zeros([1] + shape[1:], dtype)
    elif wanted.name == "token_type_ids":
        feeds[wanted.name] = numpy.zeros([1, count], numpy.int64)
    else:
        feeds[wanted.name] = inputs[wanted.name]
logits = session.run(["logits"], feeds)[0][0]
place = ${place}
best = logits[place].argsort()[::-1][:5]
print([tokenizer.decode([token]) for token in best])`;
}

function javascriptProgram(kind: string, example: string, options: string): string {
  const place =
    kind === 'MaskedLM'
      ? 'inputs.input_ids.tolist()[0].map(Number).indexOf(tokenizer.mask_token_id)'
      : 'inputs.input_ids.dims[1] - 1';
  return `
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AutoModelFor${kind}, AutoTokenizer, env } from '@huggingface/transformers';

const here = dirname(fileURLToPath(import.meta.url));
const folder = basename(here);
env.allowRemoteModels = false;
env.localModelPath = dirname(here);
const tokenizer = await AutoTokenizer.from_pretrained(folder);
const model = await AutoModelFor${kind}.from_pretrained(folder, { dtype: 'fp32' });
const inputs = tokenizer(${JSON.stringify(example)}${options});
const { logits } = await model(inputs);
const place = ${place};
const scores = logits.to('float32').tolist()[0][place];
const best = [...scores.keys()].sort((a, b) => scores[b] - scores[a]).slice(0, 5);
console.log(JSON.stringify(best.map((token) => tokenizer.decode([token]))));`;
}
