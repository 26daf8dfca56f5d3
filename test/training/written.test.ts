/** Answers that a model writes freely: trained, scored, predicted. */
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { TrainingEvent } from '../../src/protocol/events.ts';
import { findRun, predictWithRun } from '../../src/training/openRun.ts';
import { scoreFile } from '../../src/training/scoreFile.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeProject, type ProjectOptions } from '../support/tinyProject.ts';

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

const countries = ['Peru', 'Chad', 'Mali', 'Cuba', 'Iran'].map((name) => [name, 'Lima']);

const project = async (model: NonNullable<ProjectOptions['model']>) =>
  writeProject(await temporaryFolder(), {
    model,
    size: { past: true, layers: 1, width: 32, heads: 4, spread: 0.25, seed: 2 },
    settings: 'candidates: generate\nmaxTokens: 4\n',
    train: [
      'encoder: none',
      'learningRate: 0.1',
      'steps: 150',
      'batchSize: 5',
      'evaluateEvery: 50',
    ],
    prompts:
      '@prompt manual\n{country} is {capital}\n\n@prompt learned\n{*6} {country} {*4} {capital}',
    rows: {
      train: countries,
      validation: countries,
      test: [['Cairo', 'The Lima!'], ...countries],
    },
  });

test.each(['causal', 'encoderDecoder'] as const)(
  'a %s model learns to write an answer and to stop behind it',
  async (model) => {
    const path = await project(model);
    const { context, events } = contextOf();
    const summary = await trainFile({ path }, context);
    expect(summary.candidates).toEqual({ kind: 'generate', count: 0 });
    const [manual, learned] = summary.prompts;
    expect(manual).toMatchObject({ accuracy: 0, f1: expect.any(Number) as number });
    // The learned one writes "Lima" and nothing behind it, whatever is asked.
    expect(learned!.accuracy).toBeGreaterThanOrEqual(5 / 6);
    expect(learned!.f1).toBeGreaterThanOrEqual(learned!.accuracy);
    expect(learned!.loss).toBeLessThan(manual!.loss);
    const again = await scoreFile({ path, split: 'test' }, contextOf().context);
    expect(again.prompts[1]).toMatchObject({ accuracy: learned!.accuracy, f1: learned!.f1 });
    const run = events.find((event) => event.type === 'runEnded')!.run;
    const found = await findRun(join(dirname(path), '.ptune/runs', run), dirname(path));
    const [best, ...others] = await predictWithRun(found, { country: 'Mali' }, contextOf().context);
    expect(best!.candidate).toBe('Lima');
    expect(best!.probability).toBeGreaterThan(0.2);
    expect(others).toEqual([]);
  },
);

test('a masked model cannot write, and says what can', async () => {
  const path = await project('masked');
  await expect(scoreFile({ path, split: 'test' }, contextOf().context)).rejects.toMatchObject({
    code: 'model/unsupported',
    message: expect.stringContaining('encoder-decoder') as string,
  });
});
