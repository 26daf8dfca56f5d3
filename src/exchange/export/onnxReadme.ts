/** The README.md of a model with a prompt inside. */
import type { CandidateSet } from '../../evaluation/candidates.ts';
import type { ExportSource } from './exported.ts';
import type { OpenText } from './promptLayout.ts';
import { engineImports, readmeText } from './readme.ts';

/** An input of the model: the text whose tokens it takes. */
export interface TextInput {
  readonly name: string;
  readonly parts: OpenText['parts'];
}

/** What the README tells beside the run. */
export interface OnnxFacts {
  readonly inputs: readonly TextInput[];
  /** The values of the slots of an example. */
  readonly example: Readonly<Record<string, string>>;
  /** How often the model runs over each input. */
  readonly groups: number;
  readonly candidates: CandidateSet;
  readonly warnings: readonly string[];
}

/** How the programs take a slot's value. */
const plainValue = {
  python: '',
  pythonOf: 'example[part["slot"]]',
  javascript: '',
  javascriptOf: 'example[part.slot]',
} as const;

/** The same where a template has filters; nothing is shortened there. */
const filteredValue = {
  python: `
filters = {
    "trim": str.strip,
    "lower": str.lower,
    "upper": str.upper,
    "capitalize": lambda value: value[:1].upper() + value[1:],
    "shorten": str,
}


def filled(part):
    value = example[part["slot"]]
    for name in part["filters"]:
        value = filters[name](value)
    return value


`,
  pythonOf: 'filled(part)',
  javascript: `
const filters = {
  trim: (value) => value.trim(),
  lower: (value) => value.toLowerCase(),
  upper: (value) => value.toUpperCase(),
  capitalize: (value) => value.charAt(0).toUpperCase() + value.slice(1),
  shorten: (value) => value,
};
const filled = ({ slot, filters: names }) =>
  names.reduce((value, name) => filters[name](value), example[slot]);`,
  javascriptOf: 'filled(part)',
} as const;

/** The text of the README. */
export function onnxReadme(source: ExportSource, facts: OnnxFacts): string {
  const { inputs, groups, candidates } = facts;
  const whole = candidates.kind === 'vocabulary';
  const shown = (parts: OpenText['parts']) =>
    JSON.stringify(
      parts
        .map((p) => (typeof p === 'string' ? p : `{${[p.slot, ...p.filters].join('|')}}`))
        .join(''),
    );
  const table = [
    '| input, int64 [batch, tokens] | the text whose tokens it takes |',
    '| --- | --- |',
    ...inputs.map(({ name, parts }) => `| \`${name}\` | \`${shown(parts)}\` |`),
  ].join('\n');
  const answers = whole
    ? '`scores`, float32 [batch, vocabulary], is the log-probability of each token as the answer'
    : `\`scores\`, float32 [batch, ${candidates.candidates.length}], is the mean log-probability of each answer in \`candidates\` of \`prompt.json\``;
  const usesFilters = inputs.some(({ parts }) =>
    parts.some((p) => typeof p !== 'string' && p.filters.length > 0),
  );
  const value = usesFilters ? filteredValue : plainValue;
  const slots = new Set(
    inputs.flatMap(({ parts }) => parts.flatMap((p) => (typeof p === 'string' ? [] : [p.slot]))),
  );
  const example = Object.fromEntries(
    Object.entries(facts.example).filter(([column]) => slots.has(column)),
  );
  return readmeText(source, {
    what: 'The model with the learned prompt inside it: the fixed words of the template, its virtual tokens and the answers are part of the graph. The tokens of the slots go in, the scores of the answers come out.',
    notes: [
      table,
      'Encode these texts without special tokens, with the tokenizer in this folder. `prompt.json` has them in parts. Rows of a batch have equally many tokens: there is no padding.',
      ...(usesFilters
        ? ['What stands behind `|` is done to a value before: the filters of the template.']
        : []),
      `${answers}; \`probabilities\` are the same as shares of one.${groups > 1 ? ` The model runs over ${groups} rows for each row of the batch, since the answers have several tokens.` : ''}`,
      'The weights lie in `model.onnx_data`; keep it beside `model.onnx`.',
    ],
    warnings: facts.warnings,
    python: `
import json

import numpy
import onnxruntime
from transformers import AutoTokenizer

with open("prompt.json", encoding="utf-8") as file:
    prompt = json.load(file)
tokenizer = AutoTokenizer.from_pretrained(".")
session = onnxruntime.InferenceSession("model.onnx")
example = ${JSON.stringify(example)}${value.python}
feeds = {}
for wanted in prompt["inputs"]:
    text = "".join(part if isinstance(part, str) else ${value.pythonOf} for part in wanted["parts"])
    ids = tokenizer.encode(text, add_special_tokens=False)
    feeds[wanted["name"]] = numpy.array([ids], numpy.int64)
probabilities = session.run(["probabilities"], feeds)[0][0]
best = int(probabilities.argmax())
print(${whole ? 'tokenizer.decode([best])' : 'prompt["candidates"][best]'}, probabilities[best])`,
    javascript: `import { readFileSync } from 'node:fs';
${engineImports}

const here = dirname(fileURLToPath(import.meta.url));
env.allowRemoteModels = false;
env.localModelPath = dirname(here);
const tokenizer = await AutoTokenizer.from_pretrained(basename(here));
const prompt = JSON.parse(readFileSync(join(here, 'prompt.json'), 'utf8'));
const session = await ort.InferenceSession.create(join(here, 'model.onnx'));
const example = ${JSON.stringify(example)};${value.javascript}
const feeds = {};
for (const { name, parts } of prompt.inputs) {
  const text = parts.map((part) => (typeof part === 'string' ? part : ${value.javascriptOf})).join('');
  const ids = tokenizer.encode(text, { add_special_tokens: false });
  feeds[name] = new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]);
}
const { probabilities } = await session.run(feeds);
const best = probabilities.data.indexOf(Math.max(...probabilities.data));
console.log(${whole ? 'tokenizer.decode([best])' : 'prompt.candidates[best]'}, probabilities.data[best]);`,
  });
}
