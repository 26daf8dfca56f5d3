/** The causal model's recipe on a small scale: its graph, its batches, its training. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineCausalModel } from '../../scripts/models/causalArchitecture.ts';
import { generateCorpus } from '../../scripts/models/corpus.ts';
import { packedBatches } from '../../scripts/models/packing.ts';
import { pretrain } from '../../scripts/models/pretrain.ts';
import { causalRecipe } from '../../scripts/models/recipes.ts';
import { modelBytes, startingWeights } from '../../scripts/models/weights.ts';
import { Random } from '../../src/base/random.ts';
import { float32, int64, Session, type Feeds } from '../../src/runtime/session.ts';
import { openFolder, writeFiles } from '../support/tinyModels.ts';

const sizes = { vocabularySize: 300, width: 16, layers: 2, heads: 2 };
const architecture = { ...sizes, hidden: 64, positions: 64 };

describe("the causal model's graph", () => {
  const definition = defineCausalModel(architecture);
  const random = new Random(5);
  const weights = new Map(
    definition.weights.map((spec) => [
      spec.name,
      // Large enough that each token's logits depend on all before it.
      startingWeights(spec, random).map((value) => (spec.start === 'normal' ? 15 * value : value)),
    ]),
  );
  let session: Session;

  beforeAll(async () => {
    session = await Session.create(modelBytes(definition, weights), { threads: 1 });
  });
  afterAll(() => session.release());

  /** The model on `ids` behind a cache of `past` tokens. */
  function feeds(ids: readonly number[], past: number, cache: Feeds = {}): Feeds {
    const empty = float32([1, 2, 0, 8], new Float32Array());
    const names = [0, 1].flatMap((layer) => [`${layer}.key`, `${layer}.value`]);
    return {
      ...Object.fromEntries(names.map((name) => [`past_key_values.${name}`, empty])),
      input_ids: int64([1, ids.length], ids),
      attention_mask: int64([1, past + ids.length], Array<number>(past + ids.length).fill(1)),
      position_ids: int64(
        [1, ids.length],
        ids.map((_, i) => past + i),
      ),
      ...cache,
    };
  }

  it('has the inputs and outputs of an export for text generation with a cache', () => {
    const cache = (prefix: string) =>
      [0, 1].flatMap((layer) => [`${prefix}.${layer}.key`, `${prefix}.${layer}.value`]);
    expect(definition.graph.inputs.map(({ name }) => name)).toEqual([
      'input_ids',
      'attention_mask',
      'position_ids',
      ...cache('past_key_values'),
    ]);
    expect(definition.graph.outputs.map(({ name }) => name)).toEqual([
      'logits',
      ...cache('present'),
    ]);
  });

  it('says the same of a token whether those before it are read again or come from the cache', async () => {
    const ids = [72, 101, 108, 108, 111, 33];
    const whole = await session.run(feeds(ids, 0));
    const before = await session.run(feeds(ids.slice(0, 4), 0));
    const cache = Object.fromEntries(
      [0, 1].flatMap((layer) =>
        ['key', 'value'].map((part) => [
          `past_key_values.${layer}.${part}`,
          float32([1, 2, 4, 8], before[`present.${layer}.${part}`]!),
        ]),
      ),
    );
    const rest = await session.run(feeds(ids.slice(4), 4, cache));
    const expected = whole['logits']!.subarray(4 * 300);
    const scale = Math.max(...expected.map(Math.abs));
    rest['logits']!.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5 * scale);
    });
  });

  it('looks at nothing that comes later, and at everything before', async () => {
    const [a, b, c] = await Promise.all(
      [
        [72, 101, 108, 33],
        [72, 101, 108, 34],
        [73, 101, 108, 33],
      ].map(async (ids) => (await session.run(feeds(ids, 0)))['logits']!),
    );
    expect(a!.subarray(0, 3 * 300)).toEqual(b!.subarray(0, 3 * 300));
    expect(a!.subarray(2 * 300, 3 * 300)).not.toEqual(c!.subarray(2 * 300, 3 * 300));
  });
});

describe('packed batches', () => {
  const texts = [
    [1, 2, 3],
    [4, 5],
    [6, 7, 8, 9],
  ];
  const batches = (seed: number) =>
    packedBatches(() => texts, { rows: 2, length: 6, end: 0 }, new Random(seed));

  it('predict each token from those before it, the end of a text too, and padding never', () => {
    const { ids, targets, weights } = batches(1).next().value;
    for (let row = 0; row < 2; row++) {
      for (let t = 0; t < 5; t++) {
        const at = row * 6 + t;
        if (weights[at + 1]! > 0) expect(targets[at]).toBe(ids[at + 1]);
        if (weights[at] === 0) expect(weights[at + 1]).toBe(0);
      }
    }
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
    expect([...targets]).toContain(0);
  });

  it('hold every text of an epoch whole', () => {
    const seen: string[] = [];
    const stream = batches(2);
    for (let i = 0; i < 3; i++) {
      const { ids, targets, weights } = stream.next().value;
      for (let row = 0; row < 2; row++) {
        const at = row * 6;
        const length = weights.slice(at, at + 6).filter((weight) => weight > 0).length;
        seen.push([ids[at]!, ...targets.slice(at, at + length)].join(' '));
      }
    }
    for (const text of texts) expect(seen.join(' 0 ')).toContain(`${text.join(' ')} 0`);
  });

  it('begin with the end of a text in about half of the rows', () => {
    const stream = batches(3);
    let ended = 0;
    for (let i = 0; i < 100; i++) {
      const { ids } = stream.next().value;
      ended += Number(ids[0] === 0) + Number(ids[6] === 0);
    }
    expect(ended).toBeGreaterThan(60);
    expect(ended).toBeLessThan(140);
  });
});

describe('the training of a causal model', () => {
  const corpus = (epoch: number) => generateCorpus(epoch + 1).slice(0, 800);
  const trained = async (steps: number) => {
    const recipe = causalRecipe(sizes, corpus);
    const random = new Random(1);
    const losses: number[] = [];
    const options = { ...recipe.options, steps, warmupSteps: 10, learningRate: 1e-2 };
    const weights = await pretrain(
      recipe.definition,
      recipe.batches(random),
      options,
      random,
      ({ loss }) => void losses.push(loss),
      20,
    );
    return { recipe, weights, losses };
  };

  it('lowers the loss, to the same weights from the same seed, and leaves a folder that opens', async () => {
    const { recipe, weights, losses } = await trained(60);
    expect(losses).toHaveLength(3);
    expect(losses[0]!).toBeLessThan(Math.log(300) + 0.1);
    expect(losses[2]!).toBeLessThan(losses[0]! - 0.5);
    expect((await trained(60)).weights).toEqual(weights);

    const folder = await mkdtemp(join(tmpdir(), 'causal-'));
    await writeFiles(folder, {
      ...recipe.files,
      'onnx/model.onnx': modelBytes(recipe.definition, weights),
    });
    const open = await openFolder(folder);
    expect(open.lm.causal).toBe(true);
    expect(open.lm.embedding.table).toBe('transformer.wte.weight');
    expect(open.config.maxPositions).toBe(64);
    expect(open.tokenizer.endId).toBe(299);
    await rm(folder, { recursive: true });
  }, 60_000);
});
