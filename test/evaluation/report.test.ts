import { describe, expect, test } from 'vitest';
import { buildReport, thinned } from '../../src/evaluation/report.ts';
import { openExamples, probabilityOf } from '../../src/protocol/exampleTable.ts';
import { buildSummary } from '../../src/evaluation/summary.ts';
import { capitalsInputs, classificationInputs, undecidedInputs } from './support/reportInputs.ts';

describe('the summary', () => {
  const summary = buildSummary(capitalsInputs(), 'report.html');

  test('has every prompt in the order of the file, seeds and all', () => {
    expect(summary.prompts.map((prompt) => prompt.name)).toEqual(['manual', 'inverse', 'learned']);
    expect(summary).toMatchObject({ type: 'summary', split: 'test', report: 'report.html' });
    const [manual, , learned] = summary.prompts;
    expect(manual).toMatchObject({ kind: 'discrete', n: 57, accuracy: 24 / 57 });
    expect(manual?.seeds).toBeUndefined();
    expect(manual?.difference).toBeUndefined();
    expect(learned?.seeds?.map((seed) => [seed.seed, seed.accuracy, seed.steps])).toEqual([
      [1, 52 / 57, 320],
      [2, 53 / 57, 340],
      [3, 53 / 57, 360],
    ]);
    expect(learned?.difference).toMatchObject({ baseline: 'manual', significant: true });
  });

  test('is plain JSON without undefined values', () => {
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
    expect(Object.keys(buildSummary(capitalsInputs()))).not.toContain('report');
  });

  test('of a classification has macro-F1', () => {
    expect(buildSummary(classificationInputs()).prompts[0]?.macroF1).toBeGreaterThan(0.3);
  });
});

describe('the report', () => {
  const report = buildReport(capitalsInputs());

  test('carries the same numbers as the summary', () => {
    expect(report.prompts.map((prompt) => prompt.summary)).toEqual(
      buildSummary(capitalsInputs()).prompts,
    );
  });

  test('survives JSON and is the same every time', () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(buildReport(capitalsInputs())).toEqual(report);
  });

  test('names the middle seed, which stands for all', () => {
    const learned = report.prompts[2]!;
    expect(learned.middleSeed).toBe(2);
    const examples = openExamples(report.predictions);
    const [manual, , open] = examples.prompts;
    expect(open?.runs.map(({ seed }) => seed)).toEqual([1, 2, 3]);
    expect(open?.middle.seed).toBe(2);
    expect(open?.middle.correct.filter((correct) => correct === 1)).toHaveLength(53);
    expect(manual?.runs).toHaveLength(1);
    expect(manual?.middle.seed).toBeUndefined();
  });

  test('has every prediction of every seed in its columns', () => {
    const inputs = capitalsInputs();
    const { inputs: columns, answer, prompts } = openExamples(report.predictions);
    expect(columns.map(({ name }) => name)).toEqual(['country']);
    inputs.examples.forEach((example, i) => {
      expect(columns[0]!.texts[columns[0]!.rows[i]!]).toBe(example.inputs['country']);
      expect(answer.texts[answer.rows[i]!]).toBe(example.answer);
    });
    inputs.prompts.forEach((prompt, at) => {
      const lists = prompt.kind === 'discrete' ? [prompt] : prompt.runs;
      lists.forEach(({ predictions }, k) => {
        const run = prompts[at]!.runs[k]!;
        predictions.forEach((one, i) => {
          expect(answer.texts[run.said[i]!]).toBe(one.predicted);
          expect(run.correct[i] === 1).toBe(one.correct);
          expect(run.rank[i]).toBe(one.rank);
          expect(probabilityOf(run.probability[i]!)).toBeCloseTo(one.predictedProbability, 4);
          expect(probabilityOf(run.rightProbability[i]!)).toBeCloseTo(one.probability, 4);
        });
      });
    });
  });

  test('has no loss, curve or neighborhood of a discrete prompt', () => {
    expect(report.prompts[0]?.runs).toEqual([]);
    expect(report.prompts[0]?.baseline).toBe(true);
    expect(report.prompts[0]?.middleSeed).toBeUndefined();
  });

  test('says where a run overfitted', () => {
    const undecided = buildReport(undecidedInputs());
    expect(undecided.outcome).toBe('undecided');
    expect(undecided.prompts[1]?.runs[0]?.overfitAfter).toBeGreaterThan(100);
    expect(undecided.verdict).toContain('by heart');
    expect(report.prompts[2]?.runs[0]?.overfitAfter).toBeUndefined();
  });

  test('of a classification has the confusion matrix', () => {
    const { prompts } = buildReport(classificationInputs());
    const total = prompts[1]?.confusion?.counts.flat().reduce((a, b) => a + b, 0);
    expect(total).toBe(180);
  });
});

test('a thinned curve keeps the mean, the last step, and short curves as they are', () => {
  const curve = Array.from({ length: 1003 }, (_, i) => ({ step: i + 1, loss: i }));
  const thin = thinned(curve, 100);
  expect(thin).toHaveLength(100);
  expect(thin[0]).toEqual({ step: 10, loss: 4.5 });
  expect(thin.at(-1)?.step).toBe(1003);
  expect(thinned(curve.slice(0, 100), 100)).toEqual(curve.slice(0, 100));
});
