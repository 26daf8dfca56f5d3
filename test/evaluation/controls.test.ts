import { describe, expect, test } from 'vitest';
import { controlSentences, controlSummaries } from '../../src/evaluation/controls.ts';
import { buildReport } from '../../src/evaluation/report.ts';
import { buildSummary } from '../../src/evaluation/summary.ts';
import { scoreboardText } from '../../src/evaluation/text.ts';
import type { Control } from '../../src/protocol/summary.ts';
import { counts } from './support/predictions.ts';
import { capitalsInputs } from './support/reportInputs.ts';

const learned = { name: 'learned', predictions: [counts(50, 7), counts(48, 9)] };

/** The controls of "learned", each with its number of right answers of 57. */
function summaries(right: Readonly<Partial<Record<Control, number>>>) {
  const controls = Object.entries(right).map(([control, count]) => ({
    control: control as Control,
    of: 'learned',
    seeds: control === 'empty' ? [] : [1],
    predictions: [counts(count, 57 - count)],
  }));
  return controlSummaries(controls, [learned]);
}

describe('a control', () => {
  test('is held against the prompt that it belongs to', () => {
    const [random, empty] = summaries({ random: 3, empty: 10 });
    expect(random).toMatchObject({
      control: 'random',
      of: 'learned',
      n: 57,
      seeds: [{ seed: 1, accuracy: 3 / 57 }],
      difference: { baseline: 'learned', significant: true },
    });
    expect(random!.difference.accuracy).toBeCloseTo(3 / 57 - 49 / 57, 10);
    expect(random!.difference.interval[1]).toBeLessThan(0);
    expect(empty!.seeds).toBeUndefined();
  });

  test('has its p-value corrected for the other controls', () => {
    const alone = summaries({ random: 40 })[0]!.difference.pValue;
    const amongThree = summaries({ random: 40, shuffled: 41, empty: 42 })[0]!.difference.pValue;
    expect(amongThree).toBeCloseTo(3 * alone, 12);
  });
});

describe('the sentences about controls', () => {
  test('say what each beaten control scores', () => {
    expect(controlSentences(summaries({ random: 0, shuffled: 3, empty: 6 }), 'learned')).toEqual([
      'Its controls score less: random vectors 0 %, shuffled answers 5 % and no prompt 11 %.',
    ]);
  });

  test.each([
    [
      'random',
      /^Random vectors score as well as the learned ones\. The score comes from the fixed/,
    ],
    ['shuffled', /^Trained on shuffled answers, the prompt scores as well\./],
    ['empty', /^Without any prompt the model scores as well\. The prompt adds nothing\.$/],
  ] as const)('say what it means when %s scores as well', (control, expected) => {
    const said = controlSentences(
      summaries({ random: 0, shuffled: 0, empty: 0, [control]: 49 }),
      'learned',
    );
    expect(said[0]).toMatch(expected);
    expect(said[1]).not.toContain(
      { random: 'random', shuffled: 'shuffled', empty: 'no prompt' }[control],
    );
  });

  test('speak of no other prompt, and are none without controls', () => {
    expect(controlSentences(summaries({ random: 0 }), 'other')).toEqual([]);
    expect(controlSentences([], 'learned')).toEqual([]);
  });
});

describe('a file scored with controls', () => {
  const inputs = capitalsInputs();
  const examples = inputs.examples.length;
  const withControls = {
    ...inputs,
    controls: [
      {
        control: 'empty',
        of: 'learned',
        seeds: [],
        predictions: [counts(1, examples - 1)],
      } as const,
    ],
  };

  test('has them in summary and report, and the verdict names them', () => {
    const { controls } = buildSummary(withControls);
    expect(controls).toHaveLength(1);
    const report = buildReport(withControls);
    expect(report.controls).toEqual(controls);
    expect(report.verdict).toContain('Its controls score less: no prompt 2 %.');
    expect(buildReport(inputs).verdict).not.toContain('control');
    expect(report.prompts).toEqual(buildReport(inputs).prompts);
  });

  test('lists them below the prompts', () => {
    const lines = scoreboardText(buildSummary(withControls), { color: false }).split('\n');
    expect(lines.at(-1)).toMatch(
      /^learned: no prompt +2 % +0–9 % +−91 \(−96 to −83\) {3}p < 0\.001 {2}control, against learned$/,
    );
  });
});
