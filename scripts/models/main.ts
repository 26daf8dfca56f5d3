/**
 * `npm run build:models`: generates the text, trains the bundled model and writes its folder. The
 * same seed writes the same text; the weights agree between machines as far as their arithmetic does.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../../src/base/random.ts';
import { loadTokenizer } from '../../src/hub/tokenizer.ts';
import { targetOpset, writeModel } from '../../src/onnx/write.ts';
import { atomicWrite } from '../../src/files/atomicWrite.ts';
import { defineModel, type Architecture, type ModelDefinition } from './architecture.ts';
import { generateCorpus, lexicon, type CorpusDocument } from './corpus.ts';
import { pretrain } from './pretrain.ts';
import { buildTokenizer, maxLength, wordsOf } from './tokenizer.ts';
import type { TokenizedDocument } from './masking.ts';

const minutes = (seconds: number) => `${(seconds / 60).toFixed(1)} min`;

async function main(): Promise<void> {
  const folder = process.argv[2] ?? 'media/models/mini-mlm';
  const steps = Number(process.argv[3] ?? 9000);
  const { vocabulary, files } = buildTokenizer(generateCorpus(1), lexicon());
  await mkdir(join(folder, 'onnx'), { recursive: true });
  const architecture: Architecture = {
    vocabularySize: vocabulary.length,
    width: 128,
    layers: 3,
    heads: 4,
    hidden: 512,
    positions: maxLength,
  };
  for (const [name, content] of Object.entries(files)) await writeJson(join(folder, name), content);
  await writeJson(join(folder, 'config.json'), configOf(architecture));
  const tokenizer = await loadTokenizer(folder);
  const ids = new Map(vocabulary.map((token, id) => [token, id]));
  const definition = defineModel(architecture);
  const path = join(folder, 'onnx', 'model.onnx');
  console.log(`${vocabulary.length} tokens, ${steps} steps`);
  const weights = await pretrain(
    definition,
    (epoch) => generateCorpus(epoch + 1).map((document) => tokenize(document, ids)),
    { steps, batchTokens: 1024, learningRate: 1e-3, warmupSteps: 500, weightDecay: 0.01, seed: 1 },
    new Random(1),
    async ({ step, loss, seconds }, current) => {
      if (step % 500 !== 0 && step !== 100) return;
      const left = minutes((seconds / step) * (steps - step));
      console.log(`step ${step}: loss ${loss.toFixed(3)}, ${minutes(seconds)}, ${left} left`);
      await atomicWrite(path, modelBytes(definition, current));
    },
  );
  await atomicWrite(path, modelBytes(definition, weights));
  console.log(`Wrote ${folder}; ${tokenizer.vocabularySize} tokens.`);
}

/** The document's ids and where its answers stand. Every word of the corpus is one token. */
function tokenize(document: CorpusDocument, ids: ReadonlyMap<string, number>): TokenizedDocument {
  const words = wordsOf(document.text);
  const answers = new Set<number>();
  for (const answer of document.answers) {
    const wanted = wordsOf(answer);
    for (let at = 0; at + wanted.length <= words.length; at++) {
      if (wanted.every((word, i) => words[at + i] === word)) {
        wanted.forEach((_, i) => answers.add(at + i + 1));
      }
    }
  }
  return {
    ids: [ids.get('[CLS]')!, ...words.map((word) => ids.get(word)!), ids.get('[SEP]')!],
    answers: [...answers],
  };
}

/** The ONNX file: the definition with its weights inside. */
function modelBytes(
  definition: ModelDefinition,
  weights: ReadonlyMap<string, Float32Array>,
): Uint8Array {
  return writeModel(definition.graph, {
    opset: targetOpset,
    rawInitializers: definition.weights.map(({ name, shape }) => {
      const data = weights.get(name)!;
      return {
        name,
        dtype: 'float32',
        shape,
        bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      };
    }),
  });
}

function configOf(a: Architecture): unknown {
  return {
    architectures: ['DistilBertForMaskedLM'],
    model_type: 'distilbert',
    activation: 'gelu',
    dim: a.width,
    hidden_dim: a.hidden,
    n_layers: a.layers,
    n_heads: a.heads,
    max_position_embeddings: a.positions,
    vocab_size: a.vocabularySize,
    pad_token_id: 0,
    tie_weights_: true,
  };
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, undefined, 1)}\n`);
}

void main();
