/** Every way in which a file keeps its table of token embeddings can have vectors in its place. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { attachModel } from '../../src/model/attach.ts';
import { findLanguageModel } from '../../src/model/languageModel.ts';
import { buildEmbeddingGraph } from '../../src/model/promptGraph.ts';
import { castTo, GraphBuilder } from '../../src/onnx/builder.ts';
import { float, int } from '../../src/onnx/graph.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { float32, int64, Session, type Feeds } from '../../src/runtime/session.ts';
import { GraphMaker, readBytes } from '../support/graphMaker.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const [words, width] = [12, 16];
const shape = [2, 3];
const ids = [4, 0, 11, 7, 7, 1];

const random = new Random(8);
const numbers = (n: number) => Array.from({ length: n }, () => random.normal());
const bytes = (n: number) => Array.from({ length: n }, () => random.integer(256));

type Make = (g: GraphMaker) => string;

const tables: readonly (readonly [string, Make])[] = [
  [
    'floats',
    (g) =>
      g.op('Gather', [g.constant('float32', [words, width], numbers(words * width)), 'input_ids']),
  ],
  [
    'bytes, made floats after the lookup',
    (g) => {
      const table = g.constant('uint8', [words, width], bytes(words * width));
      const rows = g.op('Gather', [table, 'input_ids']);
      return g.op('DequantizeLinear', [rows, g.scalar(0.01), g.scalar(120, 'uint8')]);
    },
  ],
  [
    'four bits in blocks',
    (g) => {
      const data = g.constant('uint8', [words, width / 2], bytes((words * width) / 2));
      const scales = g.constant('float32', [words, 1], numbers(words));
      const attributes = { bits: int(4), block_size: int(16), quantize_axis: int(1) };
      const inputs = [data, 'input_ids', scales];
      return g.ops('GatherBlockQuantized', inputs, 1, attributes, 'com.microsoft')[0]!;
    },
  ],
  [
    'a sum with positions in one operator',
    (g) => {
      const weight = (...lengths: number[]) =>
        g.constant('float32', lengths, numbers(lengths.reduce((a, b) => a * b)));
      const inputs = [
        g.op('Cast', ['input_ids'], castTo('int32')),
        '',
        ...[weight(words, width), weight(5, width)],
        '',
        ...[weight(width), weight(width)],
      ];
      const attributes = { epsilon: float(1e-5) };
      return g.ops('EmbedLayerNormalization', inputs, 2, attributes, 'com.microsoft')[0]!;
    },
  ],
];

test.each(tables)('%s', async (_, make) => {
  const g = new GraphMaker();
  const head = g.constant('float32', [width, words], numbers(width * words));
  g.name(g.op('MatMul', [g.op('Tanh', [make(g)]), head]), 'logits');
  const file = g.bytes(
    [{ name: 'input_ids', dtype: 'int64', shape: ['b', 't'] }],
    [{ name: 'logits', dtype: 'float32', shape: ['b', 't', words] }],
    17,
  );
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'model.onnx'), file);
  const run = async (model: Uint8Array, feeds: Feeds) => {
    const session = await Session.create(model, { folder });
    const result = await session.run(feeds);
    await session.release();
    return result;
  };
  const direct = await run(file, { input_ids: int64(shape, ids) });
  const lm = findLanguageModel(readBytes(file), true);
  expect(lm.embedding).toMatchObject({ vocabularySize: words, width });

  const all = Array.from({ length: words }, (__, i) => i);
  const { table } = await run(buildEmbeddingGraph(lm), { ids: int64([words, 1], all) });
  const vectors = ids.flatMap((id) => [...table!.slice(id * width, (id + 1) * width)]);
  const builder = new GraphBuilder({ readStored: lm.model.readStored });
  const logits = attachModel(builder, lm, {
    inputIds: builder.constant('int64', shape, [0, 0, 0, 0, 0, 0]),
    attentionMask: builder.filled(1, shape, 'int64'),
    inputsEmbeds: builder.input('vectors', 'float32', [...shape, width]),
  });
  const inside = await run(writeModel(builder.build({ result: logits })), {
    vectors: float32([...shape, width], Float32Array.from(vectors)),
  });
  expect(inside.result!.length).toBe(direct.logits!.length);
  inside.result!.forEach((value, i) => expect(value).toBeCloseTo(direct.logits![i]!, 5));
});
