import { describe, expect, test } from 'vitest';
import { PtuneError } from '../../src/base/errors.ts';
import { parse } from '../../src/language/parser.ts';
import { planSweep, type PlanRequest } from '../../src/sweep/plan.ts';
import { sweptFile } from './support.ts';

type Options = Parameters<typeof sweptFile>[1];

const plan = (sweep: Record<string, unknown>, options?: Options, request?: Partial<PlanRequest>) =>
  planSweep(parse(sweptFile(sweep, options)), { seed: 1, ...request });

const settings = (...args: Parameters<typeof plan>) =>
  plan(...args).trials.map((trial) => trial.settings);

function refusal(work: () => unknown): PtuneError {
  try {
    work();
  } catch (error) {
    if (error instanceof PtuneError) return error;
  }
  throw new Error('It was not refused.');
}

describe('a grid', () => {
  test('leaves out a setting where it has no effect, and does not try the same twice', () => {
    expect(settings({ encoder: ['lstm', 'none'], layers: [1, 2] })).toEqual([
      { encoder: 'lstm', layers: 1 },
      { encoder: 'lstm', layers: 2 },
      { encoder: 'none' },
    ]);
  });

  test('leaves out what cannot be trained, with the reason', () => {
    const { trials, leftOut } = plan(
      { depth: ['input', 'deep'], encoder: ['lstm', 'mlp'] },
      {
        prompts: '@prompt learned\n{*2} {country} {capital}',
      },
    );
    expect(trials.map((trial) => trial.settings)).toEqual([
      { depth: 'input', encoder: 'lstm' },
      { depth: 'input', encoder: 'mlp' },
      { depth: 'deep', encoder: 'mlp' },
    ]);
    expect(leftOut).toEqual([
      {
        prompt: 'learned',
        settings: { depth: 'deep', encoder: 'lstm' },
        reason: expect.stringContaining('deep prompts are trained through an mlp') as string,
      },
    ]);
  });

  test('takes each prompt that is trained, or those that are named', () => {
    const prompts = '@prompt a\n{*} {country} {capital}\n\n@prompt b {steps: 5}\n{*} {capital}';
    const both = plan({ encoder: ['mlp', 'none'] }, { prompts }).trials;
    expect(both.map(({ prompt }) => prompt)).toEqual(['a', 'a', 'b', 'b']);
    const one = plan({ encoder: ['mlp'] }, { prompts }, { prompts: ['b', 'b'] }).trials;
    expect(one.map(({ prompt }) => prompt)).toEqual(['b']);
  });

  test('changes the settings that a prompt has of its own, and keeps its others', () => {
    const prompts =
      '@prompt learned {encoder: mlp, steps: 5, seeds: [4, 9]}\n{*} {country} {capital}';
    const [trial] = plan({ encoder: ['none'], epochs: [2] }, { prompts }).trials;
    const { encoder, steps, epochs, seeds } = trial!.file.prompt.train;
    expect({ encoder, steps, epochs, seeds }).toEqual({
      encoder: 'none',
      steps: undefined,
      epochs: 2,
      seeds: [4, 9],
    });
  });
});

describe('a sweep is refused', () => {
  test.each<[string, Record<string, unknown>, Options, string]>([
    ['no section', {}, {}, 'The file has no settings to sweep.'],
    [
      'nothing that is trained',
      { steps: [1, 2] },
      { prompts: '@prompt manual\n{country} {capital}' },
      'The file has no prompt that is trained',
    ],
    ['both lengths', { steps: [1], epochs: [1] }, {}, 'both "steps" and "epochs"'],
  ])('with %s', (_, sweep, options, message) => {
    const error = refusal(() => plan(sweep, options));
    expect(error.code).toBe('sweep/nothing-to-sweep');
    expect(error.message).toContain(message);
    expect(error.nextStep).toBeTruthy();
  });

  test.each<[string, unknown[], string[], string]>([
    ['hiddenSize', [4, 8], ['encoder: none'], 'the encoder is "none"'],
    ['hiddenSize', [4, 8], [], 'the variant is "lama"'],
    ['layers', [1, 2], ['encoder: mlp'], 'the encoder is "mlp"'],
    ['dropout', [0.1, 0.2], ['layers: 1'], 'the LSTM has one layer'],
    ['variant', ['lama', 'peft'], ['encoder: none'], 'the encoder is "none"'],
  ])('where %s changes nothing in any trial', (key, values, train, why) => {
    const error = refusal(() => plan({ [key]: values, steps: [1, 2] }, { train }));
    expect(error.code).toBe('sweep/no-effect');
    expect(error.message).toContain(`"${key}" in "sweep" changes nothing`);
    expect(error.message).toContain(why);
  });

  test('where every virtual token has a start of its own and init is swept', () => {
    const prompts = '@prompt learned\n{*"is"} {country} {capital}';
    const error = refusal(() => plan({ init: ['random', 'vocabulary'] }, { prompts }));
    expect(error.message).toContain('every virtual token starts from its own text');
  });

  test('with a name that is no prompt, or one that is not trained', () => {
    const named = (name: string) =>
      refusal(() => plan({ steps: [1] }, {}, { prompts: [name] })).message;
    expect(named('lerned')).toBe('The file has no prompt "lerned".');
    expect(named('manual')).toContain('has no virtual token to train');
  });

  test('with thousands of combinations and no number of trials', () => {
    const steps = Array.from({ length: 60 }, (_, i) => i + 1);
    const sweep = { steps, batchSize: steps };
    expect(refusal(() => plan(sweep)).message).toContain('3,600 combinations');
    expect(settings(sweep, {}, { trials: 7 })).toHaveLength(7);
  });
});

test('a range is tried at sixteen places unless somebody says how many', () => {
  expect(settings({ learningRate: { min: 0.001, max: 0.1, scale: 'log' } })).toHaveLength(16);
  expect(settings({ layers: { min: 1, max: 3 } })).toEqual([
    { layers: 1 },
    { layers: 2 },
    { layers: 3 },
  ]);
});

test('another seed draws other values', () => {
  const sweep = { learningRate: { min: 0.001, max: 0.1 } };
  expect(settings(sweep, {}, { seed: 2 })).not.toEqual(settings(sweep, {}, { seed: 1 }));
});
