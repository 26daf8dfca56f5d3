/** A project whose model has tokens that mean something to a page, to Markdown, to a terminal. */
import { join } from 'node:path';
import { buildTokenizer } from '../../scripts/models/tokenizer.ts';
import { maskedBytes, tinySize, words, writeFiles } from './tinyModels.ts';

/** What a vocabulary may hold, with how it is to be shown. */
export const hostileTokens: readonly (readonly [token: string, shown: string])[] = [
  ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
  ['</script><script>alert(2)</script>', '</script><script>alert(2)</script>'],
  ['](command:workbench.action.quit)', '](command:workbench.action.quit)'],
  ['`code` **bold** |cell|', '`code` **bold** |cell|'],
  ['\u202Egnp.exe', '\\u202Egnp.exe'],
  ['\u2067isolated', '\\u2067isolated'],
  ['\u200Ezero\u200Bwidth\u200D', '\\u200Ezero\\u200Bwidth\\u200D'],
  ['\u001B[31mred', '\\x1B[31mred'],
  ['\u001B]8;;http://x.invalid\u0007link', '\\x1B]8;;http://x.invalid\\x07link'],
  ['two\nlines', 'two\\nlines'],
  ['carriage\rreturn', 'carriage\\rreturn'],
  ['\u0301accent', '◌\u0301accent'],
  ['\u{E0041}tag', '\\u{E0041}tag'],
  ['שלום', 'שלום'],
];

/** Characters that no view may pass on from a token. */
export const steering = /[\u202A-\u202E\u2066-\u2069\u200B-\u200F\u001B\u0007\r\u{E0041}]/u;

/**
 * Writes a classification whose label words are the hostile tokens, and one virtual token that starts
 * from each of them; gives the path of the `.ptune` file.
 */
export async function writeHostileProject(folder: string): Promise<string> {
  const { vocabulary, files } = buildTokenizer([{ text: words.join(' ') }]);
  const json = files['tokenizer.json'] as { readonly added_tokens: readonly object[] };
  const added = hostileTokens.map(([content], i) => ({
    id: vocabulary.length + i,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: false,
  }));
  const vocabularySize = vocabulary.length + added.length;
  await writeFiles(join(folder, 'model'), {
    ...files,
    'tokenizer.json': { ...json, added_tokens: [...json.added_tokens, ...added] },
    'config.json': {
      architectures: ['DistilBertForMaskedLM'],
      model_type: 'distilbert',
      max_position_embeddings: 64,
      vocab_size: vocabularySize,
    },
    'onnx/model.onnx': maskedBytes({ ...tinySize, positions: 64 }, vocabularySize),
  });
  const half = hostileTokens.length / 2;
  const labelWords = (from: number) =>
    JSON.stringify(hostileTokens.slice(from, from + half).map(([token]) => token));
  const rows = (list: readonly string[]) =>
    list
      .map((movie, i) => `${JSON.stringify({ movie, label: i % 2 === 0 ? 'a' : 'b' })}\n`)
      .join('');
  await writeFiles(folder, {
    'train.jsonl': rows(['great movie', 'bad movie', 'really great', 'really bad']),
    'validation.jsonl': rows(['What a great movie', 'terrible']),
    'test.jsonl': rows(['like a great movie', 'What a bad movie', 'good', '\u202Ebad\u001B[2J']),
    'task.ptune': `---
model: ./model
data:
  train: train.jsonl
  validation: validation.jsonl
  test: test.jsonl
answer: label
labels:
  a: ${labelWords(0)}
  b: ${labelWords(half)}
train:
  steps: 4
  evaluateEvery: 1
  learningRate: 0.00001
  init: labels
  encoder: none
---

@prompt manual
{movie} is {label} .

@prompt learned
{*${hostileTokens.length}} {movie} {label} .
`,
  });
  return join(folder, 'task.ptune');
}
