/** Whole trainings of tiny models, in this process, on disk. */
import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunEndedEvent, StepEvent, TrainingEvent } from '../../src/protocol/events.ts';
import type { Summary } from '../../src/protocol/summary.ts';
import { RunStore } from '../../src/runs/runStore.ts';
import type { TrainingContext } from '../../src/training/context.ts';
import { scoreFile } from '../../src/training/scoreFile.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { ptuneText, writeProject, type ProjectOptions } from '../support/tinyProject.ts';

/** A context that keeps every event and counts seconds by itself. */
function contextFor(onEvent?: (event: TrainingEvent) => void) {
  const events: TrainingEvent[] = [];
  const abort = new AbortController();
  let seconds = Date.UTC(2026, 10, 23) / 1000;
  const context: TrainingContext = {
    emit: (event) => {
      events.push(event);
      onEvent?.(event);
    },
    signal: abort.signal,
    now: () => 1000 * seconds++,
    bundledModels: '/nowhere',
    version: '0.0.0',
    threads: 1,
  };
  const of = <T extends TrainingEvent['type']>(type: T) =>
    events.filter((event): event is Extract<TrainingEvent, { type: T }> => event.type === type);
  return { context, events, abort, of };
}

async function project(options: ProjectOptions = {}): Promise<string> {
  return writeProject(await temporaryFolder(), options);
}

/** Trains the file; gives the summary, the events and the store. */
async function trained(path: string, request: object = {}) {
  const own = contextFor();
  const summary = await trainFile({ path, ...request }, own.context);
  return { summary, store: RunStore.forFile(path), ...own };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

const hash = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

describe.each(['masked', 'causal'] as const)('training on the %s model', (model) => {
  test.each([
    ['none', 'encoder: none', 'learningRate: 0.1'],
    ['mlp', 'encoder: mlp', 'learningRate: 0.01'],
    ['lstm', 'encoder: lstm', 'learningRate: 0.01'],
  ])('lowers the loss with the encoder %s', async (_, ...settings) => {
    const train = [...settings, 'steps: 60', 'batchSize: 8', 'patience: 100', 'weightDecay: 0'];
    // Wide enough that vectors at the other places can move a random model's answer.
    const size = { layers: 1, width: 16, heads: 4, spread: 0.4, seed: 3 };
    const path = await project({ model, size, train });
    const { of, summary } = await trained(path);
    const losses = of('step').map(({ loss }) => loss);
    expect(losses).toHaveLength(60);
    expect(mean(losses.slice(-5))).toBeLessThan(0.8 * mean(losses.slice(0, 5)));
    const [manual, learned] = summary.prompts;
    expect(learned!.loss).toBeLessThan(manual!.loss);
  });
});

describe('a run', () => {
  test('gives the same bytes for the same seed, and others for another', async () => {
    const vectors: Buffer[] = [];
    for (const seed of [1, 1, 2]) {
      const path = await project();
      const { of, store } = await trained(path, { seeds: [seed] });
      const id = of('runEnded')[0]!.run;
      vectors.push(await readFile(join(store.folder(id), 'prompt.safetensors')));
    }
    expect(vectors[0]!.equals(vectors[1]!)).toBe(true);
    expect(vectors[0]!.equals(vectors[2]!)).toBe(false);
  });

  test('does not depend on what was trained before it', async () => {
    const prompts = `@prompt first
{*3} {country} {capital} .

@prompt learned
{*2} {country} {*"is"} {capital} .`;
    const both = await trained(await project({ prompts }));
    const alone = await trained(await project({ prompts }), { prompts: ['learned'] });
    const bytes = async ({ of, store }: typeof both) => {
      const { run } = of('runEnded').find(({ prompt }) => prompt === 'learned')!;
      return readFile(join(store.folder(run), 'prompt.safetensors'));
    };
    expect((await bytes(both)).equals(await bytes(alone))).toBe(true);
  });

  test('says in its files what happened', async () => {
    const path = await project();
    const before = await hash(join(path, '../model/onnx/model.onnx'));
    const { of, store, events } = await trained(path);
    const [ended] = of('runEnded') as [RunEndedEvent];
    const { manifest, events: kept } = await store.read(ended.run);
    expect(manifest).toMatchObject({
      status: 'completed',
      file: 'task.ptune',
      prompt: { name: 'learned', template: '{*2} {country} {*"is"} {capital} .' },
      seed: 1,
      steps: 12,
      bestStep: ended.bestStep,
      model: { id: './model' },
      placement: [
        { part: 0, rows: [0, 1] },
        { part: 4, rows: [2] },
      ],
    });
    const own = events.filter((event) => 'run' in event && event.run === ended.run);
    expect(kept).toEqual(own);
    expect(of('step').map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    const { vectors } = await store.readPrompt(ended.run);
    expect(vectors).toHaveLength(3 * 8);
    expect(vectors.every(Number.isFinite)).toBe(true);
    expect(await hash(join(path, '../model/onnx/model.onnx'))).toBe(before);
  });

  test('keeps the vectors of its best validation, and stops when none is better', async () => {
    const train = [
      'steps: 40',
      'evaluateEvery: 1',
      'patience: 3',
      'learningRate: 1',
      'encoder: none',
    ];
    const { of } = await trained(await project({ train }));
    const [ended] = of('runEnded') as [RunEndedEvent];
    const validations = of('validation');
    const best = validations.findLast((event) => event.best)!;
    expect(ended.bestStep).toBe(best.step);
    expect(ended.steps).toBe(best.step + 3);
    expect(ended.steps).toBeLessThan(40);
    const better = validations.filter(
      ({ accuracy, loss }) =>
        accuracy > best.accuracy || (accuracy === best.accuracy && loss < best.loss),
    );
    expect(better).toEqual([]);
  });

  test('starts from the words in the template, and moves away from them', async () => {
    const prompts = '@prompt learned\n{*"The capital of"} {country} {capital} .';
    for (const encoder of ['none', 'lstm']) {
      const path = await project({
        prompts,
        train: [`encoder: ${encoder}`, 'steps: 1', 'learningRate: 1.0e-9'],
      });
      const { store, of, summary } = await trained(path);
      const { vectors } = await store.readPrompt(of('runEnded')[0]!.run);
      const report = JSON.parse(await readFile(summary.report!, 'utf8')) as {
        prompts: { runs: { virtualTokens: { startedFrom: string; unmoved: boolean }[] }[] }[];
      };
      const tokens = report.prompts[0]!.runs[0]!.virtualTokens;
      expect(tokens.map((token) => token.startedFrom)).toEqual(['The', 'capital', 'of']);
      expect(tokens.map((token) => token.unmoved)).toEqual([true, true, true]);
      expect(vectors).toHaveLength(24);
    }
  });

  test('starts from the vectors of another run', async () => {
    const path = await project({ train: ['steps: 5', 'encoder: none'] });
    const first = (await trained(path)).of('runEnded')[0]!.run;
    const train = ['steps: 1', 'encoder: none', `init: run:${first}`, 'learningRate: 1.0e-9'];
    const text = ptuneText({ train, prompts: '@prompt learned\n{*2} {country} {*} {capital} .' });
    await writeFile(path, text);
    const { of, store } = await trained(path);
    const second = of('runEnded')[0]!.run;
    const [a, b] = [await store.readPrompt(first), await store.readPrompt(second)];
    expect(second).not.toBe(first);
    b.vectors.forEach((value, i) => expect(value).toBeCloseTo(a.vectors[i]!, 6));
  });
});

describe('labels', () => {
  const rows = (split: number) =>
    ['Peru', 'Chad', 'Mali', 'Cuba'].map((country, i) => [
      country,
      (i + split) % 4 ? 'good' : 'poor',
    ]);
  const settings = 'labels:\n  good: [great, good]\n  poor: [terrible, bad]\n';
  const data = { train: rows(0), validation: rows(1), test: rows(2) };

  test('are trained among themselves, with their words as they stand in each prompt', async () => {
    // In "near" the words stand against a vector, so they are other tokens than in "far".
    const prompts = `@prompt far
{country} {*2} {capital}

@prompt near
{country} {*2}{capital}`;
    const train = [
      'encoder: none',
      'steps: 30',
      'batchSize: 4',
      'learningRate: 0.1',
      'patience: 100',
    ];
    const options = { model: 'causal', settings, prompts, train, rows: data } as const;
    const both = await trained(await project(options));
    const alone = await trained(await project(options), { prompts: ['near'] });
    const lossesOf = ({ of }: typeof both, name: string) =>
      of('step').flatMap(({ prompt, loss }) => (prompt === name ? [loss] : []));
    expect(lossesOf(both, 'near')).toEqual(lossesOf(alone, 'near'));
    for (const name of ['far', 'near']) {
      const losses = lossesOf(both, name);
      expect(mean(losses.slice(-5))).toBeLessThan(0.9 * mean(losses.slice(0, 5)));
    }
    expect(both.summary.candidates).toEqual({ kind: 'labels', count: 2 });
    expect(both.summary.prompts[0]!.macroF1).toBeGreaterThanOrEqual(0);
  });

  test.each(['masked', 'causal', 'encoderDecoder'] as const)(
    'of several tokens are trained on the loss that they are scored with by a %s model',
    async (model) => {
      const several = 'labels:\n  good: [great main city, good]\n  poor: [great bad, a movie]\n';
      const options = { model, settings: several, rows: { ...data, validation: data.train } };
      // Hardly moved vectors, on the same examples in training and validation.
      const still = ['encoder: none', 'learningRate: 1.0e-9', 'weightDecay: 0', 'steps: 1'];
      const { of } = await trained(await project({ ...options, train: still }));
      expect(of('step')[0]!.loss).toBeCloseTo(of('validation')[0]!.loss, 5);
      const train = ['encoder: none', 'learningRate: 0.1', 'steps: 30', 'patience: 100'];
      const size = { layers: 1, width: 16, heads: 4, spread: 0.4, seed: 3 };
      const losses = (await trained(await project({ ...options, size, train })))
        .of('step')
        .map(({ loss }) => loss);
      expect(losses.at(-1)!).toBeLessThan(0.9 * losses[0]!);
    },
  );
});

describe('a training that is cancelled', () => {
  test('leaves a run that can be read, with its vectors', async () => {
    const path = await project({ train: ['steps: 500', 'evaluateEvery: 400'] });
    const { context, abort, of } = contextFor((event) => {
      if (event.type === 'step' && event.step === 3) abort.abort();
    });
    await expect(trainFile({ path }, context)).rejects.toMatchObject({
      code: 'training/cancelled',
    });
    expect(of('step')).toHaveLength(3);
    const store = RunStore.forFile(path);
    const { runs, errors } = await store.list();
    expect(errors).toEqual([]);
    expect(runs).toMatchObject([{ status: 'cancelled', bestStep: 3 }]);
    const { vectors } = await store.readPrompt(runs[0]!.id);
    expect(vectors).toHaveLength(24);
    expect(of('runEnded')).toMatchObject([{ status: 'cancelled', steps: 3 }]);
    // A cancelled run is no score.
    const summary = await scoreFile({ path, split: 'test' }, contextFor().context);
    expect(summary.prompts.map(({ name }) => name)).toEqual(['manual']);
  });

  test('keeps the best vectors that it had', async () => {
    const path = await project({ train: ['steps: 500', 'evaluateEvery: 2'] });
    const { context, abort, of } = contextFor((event) => {
      if (event.type === 'step' && event.step === 5) abort.abort();
    });
    await expect(trainFile({ path }, context)).rejects.toThrow();
    const best = of('validation').findLast((event) => event.best)!;
    const { runs } = await RunStore.forFile(path).list();
    expect(runs[0]).toMatchObject({ status: 'cancelled', bestStep: best.step });
  });
});

describe('the summary', () => {
  test('has every prompt of the file, with the learned one’s seeds', async () => {
    const path = await project({ train: ['steps: 2', 'seeds: [3, 1]'] });
    const { summary, of, events } = await trained(path);
    expect(events.at(-1)).toEqual(summary);
    expect(summary).toMatchObject({
      type: 'summary',
      file: 'task.ptune',
      split: 'test',
      candidates: { kind: 'answers', count: 3 },
      prompts: [
        { name: 'manual', kind: 'discrete', n: 4 },
        {
          name: 'learned',
          kind: 'continuous',
          n: 4,
          seeds: [{ seed: 3 }, { seed: 1 }],
          ensemble: { seeds: 2 },
        },
      ],
    } satisfies { [key in keyof Summary]?: unknown });
    expect(summary.model.sha256).toMatch(/^[0-9a-f]{64}$/);
    const runs = of('runEnded').map(({ run }) => run);
    expect(summary.prompts[1]!.seeds!.map(({ run }) => run)).toEqual(runs);
  });

  test('is the same when the prompts are scored again, asked anew or remembered', async () => {
    const path = await project({ train: ['steps: 2'] });
    const { summary } = await trained(path);
    const scored = async () =>
      (await scoreFile({ path, split: 'test' }, contextFor().context)).prompts;
    expect(await scored()).toEqual(summary.prompts.map((prompt) => ({ ...prompt, cached: true })));
    await rm(join(dirname(path), '.ptune', 'reports', 'answers'), { recursive: true });
    expect(await scored()).toEqual(summary.prompts);
  });

  test('comes with the answers in each run’s folder', async () => {
    const path = await project({ train: ['steps: 2'] });
    const { summary } = await trained(path);
    const lines = await RunStore.forFile(path).readPredictions(summary.prompts[1]!.seeds![0]!.run);
    expect(lines.map(({ prompt, example }) => `${prompt} ${example}`)).toEqual(
      ['learned', 'manual'].flatMap((prompt) => [0, 1, 2, 3].map((i) => `${prompt} ${i}`)),
    );
    const right = lines.filter(({ prompt, correct }) => prompt === 'manual' && correct).length;
    expect(right / 4).toBe(summary.prompts[0]!.accuracy);
  });

  test('leaves out runs of another template, and says which prompt has none', async () => {
    const path = await project({ train: ['steps: 2'] });
    await trained(path);
    const text = ptuneText({ train: ['steps: 2'] });
    await writeFile(path, text.replace('{*2} {country}', '{*3} {country}'));
    const { context, of } = contextFor();
    const summary = await scoreFile({ path, split: 'test' }, context);
    expect(summary.prompts.map(({ name }) => name)).toEqual(['manual']);
    expect(of('warning')).toMatchObject([{ code: 'score/no-run' }]);
    expect(of('warning')[0]!.message).toContain('"learned"');
  });

  test('uses the vectors that a prompt names, if they fit', async () => {
    const path = await project({ train: ['steps: 3'] });
    const first = await trained(path);
    const stored = await readFile(
      join(first.store.folder(first.of('runEnded')[0]!.run), 'prompt.safetensors'),
    );
    await writeFile(join(path, '../kept.safetensors'), stored);
    const head = '@prompt learned';
    const text = ptuneText({ train: ['steps: 3'] });
    await writeFile(path, text.replace(head, `${head} {from: kept.safetensors}`));
    const second = await trained(path);
    expect(second.of('step')).toEqual([]);
    const scores = ({ summary }: typeof first) => {
      const { accuracy, loss, reciprocalRank } = summary.prompts[1]!;
      return { accuracy, loss, reciprocalRank };
    };
    expect(scores(second)).toEqual(scores(first));
    await writeFile(
      path,
      text.replace(head, `${head} {from: kept.safetensors}`).replace('{*2}', '{*1}'),
    );
    const before = await first.store.ids();
    await expect(trained(path)).rejects.toMatchObject({
      code: 'file/has-errors',
      message: expect.stringMatching(
        /task\.ptune:15:24 "kept\.safetensors" does not fit .* its virtual tokens stand in other places.*\(prompt\/unfitting-vectors\)/,
      ) as string,
    });
    expect(await first.store.ids()).toEqual(before);
    const other = await project({ train: ['steps: 3'], size: { width: 16 } });
    await writeFile(join(other, '../kept.safetensors'), stored);
    await writeFile(other, text.replace(head, `${head} {from: kept.safetensors}`));
    await expect(trained(other)).rejects.toMatchObject({
      message: expect.stringContaining("have width 8, the model's have 16") as string,
    });
    const seed = await project({ train: ['steps: 3'], size: { seed: 9 } });
    await writeFile(join(seed, '../kept.safetensors'), stored);
    await writeFile(seed, text.replace(head, `${head} {from: kept.safetensors}`));
    await expect(scoreFile({ path: seed, split: 'test' }, contextFor().context)).rejects.toThrow(
      'it was trained on another model',
    );
  });

  test('warns of words that a causal model never reads', async () => {
    const path = await project({ model: 'causal', train: ['steps: 1'] });
    const { of } = await trained(path);
    expect(of('warning').map(({ code, message }) => `${code} ${message}`)).toEqual([
      'template/after-answer line 13: What stands after the answer of "manual" is left out: the model is causal',
      'template/after-answer line 16: What stands after the answer of "learned" is left out: the model is causal',
    ]);
  });
});

describe('a request', () => {
  test('has its own steps and seeds', async () => {
    const { of } = await trained(await project(), { steps: 3, seeds: [7] });
    const steps: StepEvent[] = of('step');
    expect(steps.map(({ step, seed }) => [step, seed])).toEqual([
      [1, 7],
      [2, 7],
      [3, 7],
    ]);
  });

  test('counts epochs in steps', async () => {
    const { of } = await trained(await project({ train: ['epochs: 3', 'batchSize: 3'] }));
    expect(of('runStarted')[0]!.steps).toBe(8);
  });

  test.each([
    ['nobody', 'The file has no prompt "nobody".'],
    [
      'manual',
      'The prompt "manual" has no virtual token to train, or takes its vectors from a file.',
    ],
  ])('for the prompt "%s" names those that can be trained', async (name, message) => {
    await expect(trained(await project(), { prompts: [name] })).rejects.toMatchObject({
      code: 'file/no-such-prompt',
      message,
      nextStep: 'Prompts that can be trained: "learned".',
    });
  });
});
