/** The controls of learned prompts, on tiny models. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { parse } from '../../src/language/parser.ts';
import { RunStore } from '../../src/runs/runStore.ts';
import { emptyPrompt, permuted, randomVectors } from '../../src/training/controls.ts';
import { scoreFile } from '../../src/training/scoreFile.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeProject } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

/** What the model says most often is learned in a few steps: every right answer is the same. */
const rows = {
  train: ['Peru', 'Chad', 'Mali', 'Cuba'].map((country) => [country, 'Oslo']),
  validation: [['Iran', 'Oslo']],
  test: ['great', 'bad', 'good', 'What a', 'really', 'city', 'main', 'its'].map((c) => [c, 'Oslo']),
};

async function project() {
  const size = { layers: 1, width: 16, heads: 4, spread: 0.4, seed: 3 };
  const train = ['encoder: none', 'learningRate: 0.1', 'steps: 40', 'seeds: [1, 2]'];
  return writeProject(await temporaryFolder(), {
    size,
    train,
    rows,
    settings: 'candidates: vocabulary\n',
  });
}

describe('training with controls', () => {
  test('scores each learned prompt with random vectors, shuffled answers and no prompt', async () => {
    const path = await project();
    const own = contextFor();
    const { prompts, controls } = await trainFile({ path, controls: true }, own.context);
    const learned = prompts.find(({ name }) => name === 'learned')!;
    expect(learned.accuracy).toBeGreaterThan(0.5);
    expect(controls!.map(({ control, of }) => `${of} ${control}`)).toEqual([
      'learned random',
      'learned shuffled',
      'learned empty',
    ]);
    const [random, shuffled, empty] = controls!;
    expect(random!.seeds!.map(({ seed }) => seed)).toEqual([1, 2]);
    expect(random!.accuracy).toBeLessThan(0.5);
    // All answers are the same: shuffled, they are what they were, and so is the training.
    expect(shuffled!.seeds).toEqual(
      learned.seeds!.map(({ seed, accuracy }) => ({ seed, accuracy })),
    );
    expect(empty!.seeds).toBeUndefined();
    expect(empty!.n).toBe(8);
    expect(own.of('started')[0]!.trainings.map(({ prompt }) => prompt)).toEqual([
      'learned',
      'learned',
      'learned-shuffled',
      'learned-shuffled',
    ]);
  });

  test('trains on other answers, and keeps the runs of controls apart from those of the prompts', async () => {
    const path = await writeProject(await temporaryFolder(), {
      train: ['seeds: [1, 2]', 'steps: 3'],
    });
    const own = contextFor();
    await trainFile({ path, controls: true }, own.context);
    const losses = (name: string) =>
      own.of('step').flatMap(({ prompt, loss }) => (prompt === name ? [loss] : []));
    expect(losses('learned-shuffled')).toHaveLength(6);
    expect(losses('learned-shuffled')).not.toEqual(losses('learned'));
    expect(await RunStore.forFile(path).ids()).toHaveLength(2);
    const kept = join(dirname(path), '.ptune', 'controls');
    expect(await new RunStore({ runs: kept, reports: kept }).ids()).toHaveLength(2);
  });

  test('scores them again without training, and warns where one was not trained', async () => {
    const path = await project();
    const first = contextFor();
    await trainFile({ path }, first.context);
    expect(existsSync(join(dirname(path), '.ptune', 'controls'))).toBe(false);
    const without = contextFor();
    const scored = await scoreFile({ path, split: 'test', controls: true }, without.context);
    expect(scored.controls!.map(({ control }) => control)).toEqual(['random', 'empty']);
    expect(without.of('warning')).toMatchObject([{ code: 'score/no-control', prompt: 'learned' }]);

    const trained = await trainFile({ path, controls: true }, contextFor().context);
    const again = contextFor();
    const summary = await scoreFile({ path, split: 'test', controls: true }, again.context);
    expect(summary.controls).toEqual(trained.controls);
    expect(again.of('warning')).toEqual([]);
    const plain = await scoreFile({ path, split: 'test' }, contextFor().context);
    expect(plain.controls).toBeUndefined();
  });
});

describe('the parts of controls', () => {
  test('permuted answers are the same answers, in the row as well', () => {
    const examples = 'abcdefgh'.split('').map((answer, index) => ({
      index,
      answer,
      row: { question: `${index}`, answer },
      source: '',
    }));
    const result = permuted(examples, 'answer', new Random(1));
    expect(
      result
        .map(({ answer }) => answer)
        .sort()
        .join(''),
    ).toBe('abcdefgh');
    expect(result.filter(({ answer }, i) => answer === examples[i]!.answer).length).toBeLessThan(4);
    for (const { answer, row, index } of result) {
      expect(row).toEqual({ question: `${index}`, answer });
    }
  });

  test('an empty prompt has the slots with their filters, in their order', () => {
    const text =
      '---\nanswer: b\n---\n@prompt p\n{*2} What {a|lower} says {b|trim} of {*"x"} {c} !\n';
    const { templateText, kind, parts } = emptyPrompt(parse(text).prompts[0]!);
    expect(templateText).toBe('{a|lower} {b|trim} {c}');
    expect(kind).toBe('discrete');
    expect(parts.map((part) => part.kind)).toEqual(['slot', 'text', 'answer', 'text', 'slot']);
  });

  test('random vectors are as long as the learned ones, and point elsewhere', () => {
    const learned = Float32Array.from([3, 4, 0, 0, 0, 0, 0, 2]);
    const vectors = randomVectors(learned, 2, new Random(5));
    expect(Math.hypot(...vectors.subarray(0, 4))).toBeCloseTo(5, 5);
    expect(Math.hypot(...vectors.subarray(4))).toBeCloseTo(2, 5);
    expect(vectors).toEqual(randomVectors(learned, 2, new Random(5)));
    expect(vectors).not.toEqual(randomVectors(learned, 2, new Random(6)));
  });
});
