/** Steps of several batches. */
import { describe, expect, test } from 'vitest';
import { RunStore } from '../../src/runs/runStore.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeProject, type ProjectOptions } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

const project = async (options: ProjectOptions) => writeProject(await temporaryFolder(), options);

async function trained(path: string) {
  const { context, of } = contextFor();
  await trainFile({ path }, context);
  return { store: RunStore.forFile(path), of };
}

describe('a step of several batches', () => {
  const settings = 'labels:\n  Lima: great\n  Oslo: [bad movie]\n  Rome: a\n';

  test.each([
    ['open answers', {}],
    ['labels', { settings }],
  ])('is that of one larger batch up to rounding, with %s', async (_, options) => {
    const common = ['dropout: 0.3', 'evaluateEvery: 5', 'patience: 100', 'learningRate: 0.01'];
    const run = async (...lines: string[]) => {
      const path = await project({ ...options, train: [...lines, ...common, 'steps: 10'] });
      const own = await trained(path);
      const { vectors } = await own.store.readPrompt(own.of('runEnded')[0]!.run);
      return { losses: own.of('step').map(({ loss }) => loss), vectors, of: own.of };
    };
    const whole = await run('batchSize: 6');
    const parts = await run('batchSize: 2', 'accumulate: 3');
    const uneven = await run('batchSize: 5', 'accumulate: 2');
    const all = await run('batchSize: 8');
    for (const [a, b] of [
      [whole, parts],
      [all, uneven],
    ] as const) {
      a.losses.forEach((loss, i) => expect(loss).toBeCloseTo(b.losses[i]!, 5));
      a.vectors.forEach((value, i) => expect(value).toBeCloseTo(b.vectors[i]!, 4));
    }
    expect(whole.losses).not.toEqual(all.losses);
    expect(parts.of('warning')).toEqual([]);
    expect(uneven.of('warning').map(({ message }) => message)).toEqual([
      '"learned" has steps of 2 batches of 5 examples, but there are 8 training examples: every step takes all of them. Set "batchSize: 4" or fewer, or add examples',
    ]);
  });

  test('counts its examples for epochs', async () => {
    const train = ['epochs: 3', 'batchSize: 3', 'accumulate: 2'];
    const { of } = await trained(await project({ train }));
    expect(of('runStarted')[0]!.steps).toBe(4);
  });
});
