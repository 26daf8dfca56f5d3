/** Prompts of encoder-decoder models: what each part reads, their scores, and whole trainings. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PromptEncoding } from '../../src/encoding/encodePrompt.ts';
import { predict } from '../../src/evaluation/predict.ts';
import { PromptModel } from '../../src/evaluation/promptModel.ts';
import { parse } from '../../src/language/parser.ts';
import { buildTrainingGraph } from '../../src/model/promptGraph.ts';
import { float32, int64, Session } from '../../src/runtime/session.ts';
import { scoreFile } from '../../src/training/scoreFile.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import type { TrainingEvent } from '../../src/protocol/events.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { openFolder, writeEncoderDecoderModel, writeFiles } from '../support/tinyModels.ts';
import { writeProject } from '../support/tinyProject.ts';

const size = { width: 16, spread: 0.3, seed: 5 };

async function opened() {
  const folder = await writeEncoderDecoderModel(await temporaryFolder(), size);
  return { folder, model: new PromptModel(await openFolder(folder), 1) };
}

function encodingOf(model: PromptModel, template: string): PromptEncoding {
  const { prompts } = parse(
    `---\nmodel: m\nanswer: capital\ndata:\n  train: x.jsonl\n---\n@prompt p\n${template}\n`,
  );
  return new PromptEncoding(prompts[0]!, model.encoding);
}

const example = (country: string, capital: string) => ({
  index: 0,
  row: { country, capital },
  answer: capital,
  source: 'x.jsonl:1',
});

/** A context that keeps every event. */
function contextOf() {
  const events: TrainingEvent[] = [];
  let seconds = 0;
  const context = {
    emit: (event: TrainingEvent) => void events.push(event),
    signal: new AbortController().signal,
    now: () => 1000 * seconds++,
    bundledModels: '/nowhere',
    version: '0.0.0',
    threads: 1,
  };
  return { context, events };
}

test('the encoder reads the template without its answer, the decoder writes the answer', async () => {
  const { model } = await opened();
  const { tokenizer } = model.open;
  const encoding = encodingOf(model, '{*2} The {country} {capital} is a city');
  const answer = encoding.answerIds('main city');
  const encoded = encoding.encode(example('Peru', 'main city'), answer);
  const text = (ids: readonly number[]) => ids.map((id) => tokenizer.tokenText(id)).join(' ');
  expect(encoded.rows).toEqual([-1, 0, 1, -1, -1, -1, -1, -1, -1]);
  expect(text(encoded.ids.filter((_, i) => encoded.rows[i]! < 0))).toBe(
    '[CLS] The Peru is a city [SEP]',
  );
  expect(text(encoded.decoderIds!)).toBe('[SEP] [CLS] main');
  expect(encoded.answerPositions).toEqual([1, 2]);
  await model.release();
});

test('scores are those of both files run one after the other', async () => {
  const { folder, model } = await opened();
  const [encoder, decoder] = await Promise.all(
    ['encoder', 'decoder'].map(async (part) =>
      Session.create(await readFile(join(folder, `onnx/${part}_model.onnx`))),
    ),
  );
  const encoding = encodingOf(model, 'The capital of {country} is {capital} .');
  const asked = [example('Peru', 'main city'), example('Mali is a city', 'Oslo')];
  const candidates = ['main city', 'Oslo', 'Lima'].map((name) => ({ name, words: [name] }));
  const predictions = await predict(
    { model, encoding, vectors: undefined, candidates: { kind: 'answers', candidates } },
    asked,
  );
  for (const [i, one] of asked.entries()) {
    const answer = model.open.tokenizer.encode(one.answer);
    const { ids, decoderIds } = encoding.encode(one, answer);
    const mask = int64(
      [1, ids.length],
      ids.map(() => 1),
    );
    const { last_hidden_state: states } = await encoder!.run({
      input_ids: int64([1, ids.length], ids),
      attention_mask: mask,
    });
    const { logits } = await decoder!.run({
      input_ids: int64([1, decoderIds!.length], decoderIds!),
      encoder_attention_mask: mask,
      encoder_hidden_states: float32([1, ids.length, size.width], states!),
    });
    const width = logits!.length / decoderIds!.length;
    const loss = answer.map((id, j) => {
      const row = [...logits!.subarray((j + 1) * width, (j + 2) * width)];
      return Math.log(row.reduce((sum, x) => sum + Math.exp(x - row[id]!), 0));
    });
    expect(predictions[i]!.loss).toBeCloseTo(loss.reduce((a, b) => a + b) / loss.length, 4);
  }
  await Promise.all([encoder!.release(), decoder!.release(), model.release()]);
});

test('the gradient goes through decoder and encoder to the vectors', async () => {
  const { model } = await opened();
  const { lm } = model.open;
  const shape = { rows: 2, length: 5, positions: 2, virtual: 2, decoderLength: 3 };
  const encoder = {
    kind: 'none',
    variant: 'lama',
    virtual: 2,
    width: size.width,
    hiddenSize: 8,
    layers: 2,
  } as const;
  const session = await Session.create(
    buildTrainingGraph(lm, shape, encoder, { kind: 'answers' }),
    { folder: model.open.graphFolder },
  );
  const run = (vectors: Float32Array) =>
    session.run({
      input_ids: int64([2, 5], [7, 8, 9, 10, 11, 12, 13, 14, 15, 0]),
      attention_mask: int64([2, 5], [1, 1, 1, 1, 1, 1, 1, 1, 1, 0]),
      virtual_rows: int64([2, 5], [0, -1, 1, -1, -1, -1, 1, -1, -1, -1]),
      decoder_input_ids: int64([2, 3], [1, 6, 8, 1, 9, 7]),
      positions: int64([2], [2, 4]),
      targets: int64([2], [9, 12]),
      weights: float32([2], Float32Array.of(0.5, 0.5)),
      embedding: float32([2, size.width], vectors),
      start_offset: float32([2, size.width], new Float32Array(2 * size.width)),
    });
  const start = Float32Array.from({ length: 2 * size.width }, (_, i) => Math.sin(i));
  const gradient = (await run(start))['gradient embedding']!;
  const norm = Math.hypot(...gradient);
  expect(norm).toBeGreaterThan(1e-3);
  const lossAt = async (t: number) =>
    (await run(start.map((x, i) => x + (t * gradient[i]!) / norm))).loss![0]!;
  const difference = ((await lossAt(3e-3)) - (await lossAt(-3e-3))) / 6e-3;
  expect(Math.abs(difference - norm) / norm).toBeLessThan(1e-3);
  await session.release();
  await model.release();
});

test.each([
  ['answers', {}],
  ['labels', { settings: 'labels: {Lima: great, Oslo: bad, Rome: movie}\n' }],
])('training with %s lowers the loss, and scoring finds the run again', async (_, options) => {
  const path = await writeProject(await temporaryFolder(), {
    model: 'encoderDecoder',
    size,
    train: ['encoder: none', 'learningRate: 0.1', 'steps: 40', 'batchSize: 8', 'patience: 100'],
    ...options,
  });
  const { context, events } = contextOf();
  const summary = await trainFile({ path }, context);
  const losses = events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
  expect(losses.at(-1)!).toBeLessThan(0.8 * losses[0]!);
  expect(events.filter((event) => event.type === 'warning')).toEqual([]);
  const again = await scoreFile({ path, split: 'test' }, contextOf().context);
  expect(again.prompts[1]!.loss).toBe(summary.prompts[1]!.loss);
});

test('a deep prompt is refused with the reason', async () => {
  const path = await writeProject(await temporaryFolder(), {
    model: 'encoderDecoder',
    train: ['depth: deep', 'encoder: none', 'steps: 2'],
    prompts: '@prompt learned\n{*2} {country} {capital}',
  });
  await expect(trainFile({ path }, contextOf().context)).rejects.toMatchObject({
    code: 'model/unsupported',
    message: expect.stringContaining('encoder-decoder') as string,
  });
});

test('a decoder without its encoder, and one without a start, say what is missing', async () => {
  const { folder, model } = await opened();
  await model.release();
  await writeFiles(folder, { 'config.json': { is_encoder_decoder: true } });
  await writeFiles(folder, { 'tokenizer_config.json': {}, 'special_tokens_map.json': {} });
  const open = await openFolder(folder);
  expect(
    () => new PromptModel({ ...open, tokenizer: { ...open.tokenizer, padId: undefined } }),
  ).toThrow(expect.objectContaining({ code: 'model/unsupported' }));
  await rm(join(folder, 'onnx/encoder_model.onnx'));
  await expect(openFolder(folder)).rejects.toMatchObject({ code: 'model/unsupported' });
});
