import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { cacheInputs, deepWidth } from '../../src/model/deepPrompt.ts';
import { findLanguageModel } from '../../src/model/languageModel.ts';
import { encoderParameters, startingParameters } from '../../src/model/promptEncoder.ts';
import type { EncoderSpec } from '../../src/model/promptEncoder.ts';
import { buildScoreGraph, buildTrainingGraph } from '../../src/model/promptGraph.ts';
import { sizeOf } from '../../src/onnx/tensor.ts';
import { float32, int64, Session, type Feeds } from '../../src/runtime/session.ts';
import { openFolder, writeCausalModel } from '../support/tinyModels.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const [rows, length, virtual] = [2, 6, 3];
const shape = { rows, length, positions: rows, virtual, deep: true };

async function model(past: boolean | 'merged') {
  return openFolder(await writeCausalModel(await temporaryFolder(), { past, spread: 0.3 }));
}

function batch(): Feeds {
  const tokens = Array.from({ length: rows * length }, (_, i) => i);
  return {
    input_ids: int64(
      [rows, length],
      tokens.map((i) => 3 + ((i * 7) % 20)),
    ),
    attention_mask: int64(
      [rows, length],
      tokens.map(() => 1),
    ),
    positions: int64([rows], [length - 2, 2 * length - 2]),
    targets: int64([rows], [5, 9]),
    weights: float32([rows], Float32Array.of(0.5, 0.5)),
  };
}

describe('a deep prompt', () => {
  it.each(['none', 'mlp'] as const)(
    'has the gradient of central differences with the encoder %s',
    async (kind) => {
      const open = await model(true);
      const width = deepWidth(open.lm);
      const encoder: EncoderSpec = {
        kind,
        variant: 'lama',
        virtual,
        width,
        hiddenSize: 10,
        layers: 2,
        deep: { inputWidth: open.lm.embedding.width },
      };
      const graph = buildTrainingGraph(open.lm, shape, encoder, { kind: 'answers' });
      const session = await Session.create(graph, { folder: open.graphFolder });
      const random = new Random(3);
      const start = startingParameters(encoder, random);
      const run = (parameters: ReadonlyMap<string, Float32Array>) =>
        session.run({
          ...batch(),
          ...Object.fromEntries(
            encoderParameters(encoder).map((p) => [
              p.name,
              float32(p.shape, parameters.get(p.name)!),
            ]),
          ),
          start_offset: float32([virtual, width], new Float32Array(virtual * width)),
        });
      const result = await run(start);
      for (const { name, shape: own } of encoderParameters(encoder)) {
        const gradient = result[`gradient ${name}`]!;
        expect(gradient.length).toBe(sizeOf(own));
        // Along the gradient itself, where the loss changes most against its rounding.
        const norm = Math.hypot(...gradient);
        expect(norm).toBeGreaterThan(1e-4);
        const step = 1e-2;
        const lossAt = async (t: number) => {
          const moved = start.get(name)!.map((x, i) => x + (t * gradient[i]!) / norm);
          return (await run(new Map([...start, [name, moved]]))).loss![0]!;
        };
        const difference = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
        expect(Math.abs(difference - norm) / norm, name).toBeLessThan(1e-3);
      }
      await session.release();
    },
  );

  it.each([true, 'merged'] as const)(
    'has the gradient of central differences for the keys and for the values of every layer (cache: %s)',
    async (past) => {
      const open = await model(past);
      const width = deepWidth(open.lm);
      const spec = { kind: 'none', variant: 'lama', virtual, width, hiddenSize: 10, layers: 2 };
      const encoder = { ...spec, deep: { inputWidth: open.lm.embedding.width } } as EncoderSpec;
      const graph = buildTrainingGraph(open.lm, shape, encoder, { kind: 'answers' });
      const session = await Session.create(graph, { folder: open.graphFolder });
      const zeros = new Float32Array(virtual * width);
      const run = (vectors: Float32Array) =>
        session.run({
          ...batch(),
          embedding: float32([virtual, width], vectors),
          start_offset: float32([virtual, width], zeros),
        });
      const random = new Random(3);
      const start = Float32Array.from({ length: virtual * width }, () => random.normal());
      const gradient = (await run(start))['gradient embedding']!;
      const inputs = cacheInputs(open.lm);
      expect(inputs).toHaveLength(4);
      let from = 0;
      for (const { name, heads, headWidth } of inputs) {
        const to = from + heads * headWidth;
        const own = gradient.map((g, i) => (i % width >= from && i % width < to ? g : 0));
        const norm = Math.hypot(...own);
        expect(norm, name).toBeGreaterThan(1e-4);
        const lossAt = async (t: number) =>
          (await run(start.map((x, i) => x + (t * own[i]!) / norm))).loss![0]!;
        const errors: number[] = [];
        for (const step of [1e-1, 3e-2, 1e-2]) {
          const difference = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
          errors.push(Math.abs(difference - norm) / norm);
        }
        expect(Math.min(...errors), name).toBeLessThan(1e-3);
        from = to;
      }
      expect(from).toBe(width);
      await session.release();
    },
  );

  it('reaches every layer: the keys and values of each change the scores', async () => {
    const open = await model(true);
    const width = deepWidth(open.lm);
    const session = await Session.create(buildScoreGraph(open.lm, shape), {
      folder: open.graphFolder,
    });
    const { input_ids: ids, attention_mask: mask, positions } = batch();
    const score = async (vectors: Float32Array) => {
      const feeds = { input_ids: ids!, attention_mask: mask!, positions: positions! };
      const result = await session.run({ ...feeds, vectors: float32([virtual, width], vectors) });
      return result['log_probabilities']!.slice();
    };
    const base = Float32Array.from({ length: virtual * width }, (_, i) => Math.sin(i));
    const before = await score(base);
    const parts = open.lm.inputs.past.length;
    expect(parts).toBeGreaterThan(2);
    for (let part = 0; part < parts; part++) {
      const moved = base.map((x, i) =>
        Math.floor((i % width) / (width / parts)) === part ? -x : x,
      );
      const after = await score(moved);
      const change = Math.max(...after.map((x, i) => Math.abs(x - before[i]!)));
      expect(change, open.lm.inputs.past[part]!.name).toBeGreaterThan(1e-4);
    }
    await session.release();
  });

  it('is refused on a model without a cache', async () => {
    const open = await model(false);
    expect(() => deepWidth(findLanguageModel(open.lm.model, true))).toThrow(
      expect.objectContaining({ code: 'model/unsupported' }) as Error,
    );
  });
});
