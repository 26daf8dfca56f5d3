/**
 * The programs that write an answer with an encoder-decoder model, token by token. They run its two
 * graphs by the engine alone: libraries look for other files, with other names, each in its own way.
 */
import { engineImports } from './readme.ts';

/** What the programs are made for. */
export interface Seq2SeqFacts {
  /** The text of an example. */
  readonly example: string;
  /** The names of the graphs in the folder `onnx`. */
  readonly encoder: string;
  readonly decoder: string;
  /** The tokens that the decoder begins with. */
  readonly start: readonly number[];
  /** Each of these tokens ends an answer. */
  readonly ends: readonly number[];
  /** Tokens that are written at most. */
  readonly most: number;
  /** What the tokenizer is told beside the text, in the language of the program. */
  readonly options: string;
}

/** The program in Python. */
export function seq2seqPython(facts: Seq2SeqFacts): string {
  const { example, encoder, decoder, options, start, ends, most } = facts;
  return `
import numpy
import onnxruntime
from transformers import AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(".")
encoder = onnxruntime.InferenceSession("onnx/${encoder}")
decoder = onnxruntime.InferenceSession("onnx/${decoder}")
text = ${JSON.stringify(example)}
ids = numpy.array([tokenizer.encode(text${options})], numpy.int64)
mask = numpy.ones_like(ids)
known = {"input_ids": ids, "attention_mask": mask}
states = encoder.run(None, {wanted.name: known[wanted.name] for wanted in encoder.get_inputs()})[0]

written = ${JSON.stringify(start)}
while len(written) < ${start.length + most}:
    known = {
        "input_ids": numpy.array([written], numpy.int64),
        "encoder_hidden_states": states,
        "encoder_attention_mask": mask,
        "use_cache_branch": numpy.array([False]),
    }
    feeds = {}
    for wanted in decoder.get_inputs():
        if wanted.name.startswith("past_key_values"):
            shape = [size if isinstance(size, int) else 0 for size in wanted.shape]
            dtype = numpy.float16 if "float16" in wanted.type else numpy.float32
            feeds[wanted.name] = numpy.zeros([1] + shape[1:], dtype)
        else:
            feeds[wanted.name] = known[wanted.name]
    logits = decoder.run(["logits"], feeds)[0]
    best = int(logits[0, -1].argmax())
    if best in ${JSON.stringify(ends)}:
        break
    written.append(best)
print(tokenizer.decode(written, skip_special_tokens=True).strip())`;
}

/** The program in JavaScript. */
export function seq2seqJavaScript(facts: Seq2SeqFacts): string {
  const { example, encoder, decoder, options, start, ends, most } = facts;
  return `import { Tensor } from '@huggingface/transformers';
${engineImports}

const here = dirname(fileURLToPath(import.meta.url));
env.allowRemoteModels = false;
env.localModelPath = dirname(here);
const tokenizer = await AutoTokenizer.from_pretrained(basename(here));
const encoder = await ort.InferenceSession.create(join(here, 'onnx/${encoder}'));
const decoder = await ort.InferenceSession.create(join(here, 'onnx/${decoder}'));

const int64 = (ids) => new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]);
const ids = tokenizer.encode(${JSON.stringify(example)}${options});
const mask = int64(ids.map(() => 1));
const texts = { input_ids: int64(ids), attention_mask: mask };
const states = await encoder.run(
  Object.fromEntries(encoder.inputNames.map((name) => [name, texts[name]])),
);

const written = ${JSON.stringify(start)};
while (written.length < ${start.length + most}) {
  const known = {
    input_ids: int64(written),
    encoder_hidden_states: states[encoder.outputNames[0]],
    encoder_attention_mask: mask,
    use_cache_branch: new ort.Tensor('bool', [false], [1]),
  };
  const feeds = {};
  for (const { name, shape, type } of decoder.inputMetadata) {
    if (name.startsWith('past_key_values')) {
      const sizes = shape.map((size, i) => (i === 0 ? 1 : typeof size === 'number' ? size : 0));
      const none = type === 'float16' ? new Uint16Array(0) : new Float32Array(0);
      feeds[name] = new ort.Tensor(type, none, sizes);
    } else {
      feeds[name] = known[name];
    }
  }
  const { logits } = await decoder.run(feeds);
  const all = new Tensor(logits.type, logits.data, logits.dims).to('float32').data;
  const scores = [...all.slice(-logits.dims[2])];
  const best = scores.indexOf(Math.max(...scores));
  if (${JSON.stringify(ends)}.includes(best)) break;
  written.push(best);
}
console.log(tokenizer.decode(written, { skip_special_tokens: true }).trim());`;
}
