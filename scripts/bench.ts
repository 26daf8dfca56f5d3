/**
 * `npm run bench [-- MODEL]`: the hot paths, each against another one of the same run. Ratios of
 * medians; times of a machine that does other things mean little. `npm run bench -- --large` leaves
 * the small model out, `--report` everything but the report page, `--runs` everything but the list of
 * runs. docs/performance.md says what the figures mean.
 */
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { locateModel } from '../src/hub/locate.ts';
import { openModel, type OpenModel } from '../src/hub/openModel.ts';
import { attachModel } from '../src/model/attach.ts';
import { buildScoreGraph, buildTrainingGraph, type PromptShape } from '../src/model/promptGraph.ts';
import { encoderParameters, type EncoderSpec } from '../src/model/promptEncoder.ts';
import { GraphBuilder } from '../src/onnx/builder.ts';
import { sizeOf } from '../src/onnx/tensor.ts';
import { writeModel } from '../src/onnx/write.ts';
import { engine, float32, int64, Session, type Feeds } from '../src/runtime/session.ts';
import { benchActivation } from './benchActivation.ts';
import { benchTry } from './benchTry.ts';
import { benchNearest } from './benchNearest.ts';
import { benchLarge, makeSession } from './benchLarge.ts';
import { benchLanguage } from './benchLanguage.ts';
import { benchRuns } from './benchRuns.ts';
import { benchReport } from './benchReport.ts';

const repetitions = 60;
const shape: PromptShape = { rows: 16, length: 24, positions: 16, virtual: 6 };

/** Runs all `variants` in turn, so that a change of the machine's speed meets all alike. */
async function medians(
  variants: ReadonlyMap<string, () => Promise<unknown>>,
): Promise<Map<string, number>> {
  const times = new Map([...variants.keys()].map((name) => [name, [] as number[]]));
  for (let i = 0; i < repetitions + 5; i++) {
    for (const [name, run] of variants) {
      const start = performance.now();
      await run();
      if (i >= 5) times.get(name)!.push(performance.now() - start);
    }
  }
  return new Map(
    [...times].map(([name, list]) => [name, list.sort((a, b) => a - b)[list.length / 2]!]),
  );
}

const indices = (rows: number, step: number) => Array.from({ length: rows }, (_, i) => i * step);

function inputs(): Feeds {
  const { rows, length, positions } = shape;
  const tokens = indices(rows * length, 1);
  return {
    input_ids: int64(
      [rows, length],
      tokens.map((i) => 5 + (i % 900)),
    ),
    attention_mask: int64(
      [rows, length],
      tokens.map(() => 1),
    ),
    virtual_rows: int64(
      [rows, length],
      tokens.map((i) => (i % length < 6 ? i % length : -1)),
    ),
    positions: int64(
      [positions],
      indices(positions, length).map((i) => i + 8),
    ),
  };
}

/** A forward pass with the logits of every position, as the file itself would give them. */
function wholeForward({ lm }: OpenModel): Uint8Array {
  const builder = new GraphBuilder({ readStored: lm.model.readStored });
  const size = [shape.rows, shape.length];
  const logits = attachModel(builder, lm, {
    inputIds: builder.input('input_ids', 'int64', size),
    attentionMask: builder.input('attention_mask', 'int64', size),
  });
  return writeModel(builder.build({ logits }));
}

async function trainingStep(open: OpenModel, kind: EncoderSpec['kind']) {
  const { width } = open.lm.embedding;
  const encoder: EncoderSpec = {
    kind,
    variant: 'lama',
    virtual: 6,
    width,
    hiddenSize: width,
    layers: 2,
  };
  const graph = buildTrainingGraph(open.lm, shape, encoder, { kind: 'answers' });
  const session = await Session.create(graph, { folder: open.graphFolder, prepack: true });
  const feeds: Feeds = {
    ...inputs(),
    ...Object.fromEntries(
      encoderParameters(encoder).map(({ name, shape: own }) => [
        name,
        float32(own, new Float32Array(sizeOf(own)).fill(0.01)),
      ]),
    ),
    start_offset: float32([6, width], new Float32Array(6 * width)),
    targets: int64(
      [shape.positions],
      indices(shape.positions, 1).map((i) => 5 + i),
    ),
    weights: float32([shape.positions], new Float32Array(shape.positions).fill(1 / 16)),
  };
  return () => session.run(feeds);
}

async function benchSmall(model = 'bundled/mini-mlm'): Promise<void> {
  const folder = join(process.cwd(), 'media', 'models');
  const located = await locateModel(
    { id: model },
    { fileFolder: process.cwd(), bundledFolder: folder },
  );
  const open = await openModel(located);
  const options = { folder: open.graphFolder };
  const whole = await Session.create(wholeForward(open), { ...options, prepack: true });
  const score = await Session.create(buildScoreGraph(open.lm, shape), {
    ...options,
    prepack: true,
  });
  const mapped = await Session.create(buildScoreGraph(open.lm, shape), options);
  const { input_ids: ids, attention_mask: mask } = inputs();
  const vectors = float32(
    [6, open.lm.embedding.width],
    new Float32Array(6 * open.lm.embedding.width),
  );
  const scoreFeeds = { ...inputs(), vectors };
  const result = await medians(
    new Map<string, () => Promise<unknown>>([
      ['forward, all logits', () => whole.run({ input_ids: ids!, attention_mask: mask! })],
      ['forward, answers only', () => score.run(scoreFeeds)],
      ['the same without prepacking', () => mapped.run(scoreFeeds)],
      ['training step, no encoder', await trainingStep(open, 'none')],
      ['training step, mlp', await trainingStep(open, 'mlp')],
      ['training step, lstm', await trainingStep(open, 'lstm')],
    ]),
  );
  const unit = result.get('forward, all logits')!;
  console.log(`${model}, batch 16 × 24`);
  for (const [name, time] of result) {
    console.log(`${name.padEnd(32)}${(time / unit).toFixed(2)} ×   ${time.toFixed(1)} ms`);
  }
}

function describeMachine(): void {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  const memory = `${(totalmem() / 1e9).toFixed(0)} GB`;
  const versions = `${engine.name} ${engine.version}, Node.js ${process.versions.node}`;
  console.log(`${cpus().length} cores (${model}), ${memory}, ${versions}\n`);
}

async function bench(): Promise<void> {
  describeMachine();
  if (first === '--report') return benchReport();
  if (first === '--runs') return benchRuns();
  if (first === '--try') return benchTry(process.cwd());
  await benchLanguage();
  if (first !== '--large') await benchSmall(first);
  await benchNearest();
  await benchTry(process.cwd());
  await benchActivation(process.cwd());
  await benchReport();
  await benchRuns();
  await benchLarge(join(process.cwd(), '.cache'));
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--session') void makeSession(rest[0]!, rest[1]!);
else void bench();
