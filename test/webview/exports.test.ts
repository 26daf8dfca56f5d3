import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import { openExamples } from '../../src/protocol/exampleTable.ts';
import type { Report } from '../../src/protocol/report.ts';
import { csvText } from '../../webview/exports/csv.ts';
import { examplesCsv, examplesJson } from '../../webview/exports/examplesTable.ts';
import { scoreboardMarkdown } from '../../webview/exports/markdown.ts';
import { scoresCsv, scoresJson } from '../../webview/exports/scoreTable.ts';
import { capitalsInputs, classificationInputs } from '../evaluation/support/reportInputs.ts';

const inputs = capitalsInputs();
const report = buildReport(inputs);
const examples = openExamples(report.predictions);
const table = (csv: string) => parse<Record<string, string>>(csv, { columns: true });

describe('CSV', () => {
  test('comes back as it was written', () => {
    const rows = [
      ['plain', 'with "quotes"', 'with, comma', 'two\nlines', ' spaces '],
      ['', 'é', '😀', '1', 'x'],
    ];
    expect(parse(csvText(rows))).toEqual(rows);
    expect(csvText([['a', 1, undefined, true]])).toBe('a,1,,true\r\n');
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1'])(
    'guards the text %j against being run as a formula',
    (text) => {
      expect(parse(csvText([[text]]))[0]).toEqual([`'${text}`]);
    },
  );

  test('leaves numbers alone', () => {
    expect(csvText([[-0.5, 1e-9]])).toBe('-0.5,1e-9\r\n');
  });
});

test('the scores as CSV have a row a prompt and a row a seed', () => {
  const rows = table(scoresCsv(report, {}));
  expect(rows.map(({ prompt, seed }) => [prompt, seed])).toEqual([
    ['manual', ''],
    ['inverse', ''],
    ['learned', ''],
    ['learned', '1'],
    ['learned', '2'],
    ['learned', '3'],
  ]);
  const { summary } = report.prompts[2]!;
  expect(Number(rows[2]!['accuracy'])).toBe(summary.accuracy);
  expect(Number(rows[2]!['difference_low'])).toBe(summary.difference!.interval[0]);
  expect(rows[2]!['significant']).toBe('true');
  for (const row of rows) {
    expect(row).toMatchObject({
      file: 'capitals.ptune',
      model: 'bundled/mini-mlm',
      split: 'test',
      candidates: 'answers',
      candidate_count: '57',
      scored_at: '2026-11-02T10:15:00.000Z',
    });
  }
  expect(rows[4]!['run']).toBe(summary.seeds![1]!.run);
  expect(Number(rows[4]!['accuracy'])).toBe(summary.seeds![1]!.accuracy);
  expect(rows[0]!['difference']).toBe('');
});

test('the scores as JSON are those of the report, with what they were made on', () => {
  const scores = JSON.parse(scoresJson(report, {})) as Record<string, unknown>;
  expect(scores).toMatchObject({
    file: 'capitals.ptune',
    candidates: { kind: 'answers', count: 57 },
    verdict: report.verdict,
    prompts: report.prompts.map(({ summary }) => summary),
  });
  expect(JSON.stringify(scores)).not.toContain('predictions');
});

describe('the examples', () => {
  test('as CSV have every seed’s answer in the order of the data', () => {
    const rows = table(examplesCsv(examples, { written: false, stale: {} }));
    expect(rows).toHaveLength(57);
    expect(Object.keys(rows[0]!).slice(0, 4)).toEqual([
      'number',
      'country',
      'right answer',
      'manual: answer',
    ]);
    const learned = inputs.prompts[2]!;
    if (learned.kind !== 'continuous') throw new Error('A learned prompt was expected.');
    rows.forEach((row, i) => {
      const said = learned.runs[2]!.predictions[i]!;
      expect(row['country']).toBe(inputs.examples[i]!.inputs['country']);
      expect(row['learned seed 3: answer']).toBe(said.predicted);
      expect(row['learned seed 3: correct']).toBe(String(said.correct));
      expect(Number(row['learned seed 3: rank'])).toBe(said.rank);
      expect(Number(row['learned seed 3: probability'])).toBeCloseTo(said.predictedProbability, 4);
    });
  });

  test('as JSON name prompt and seed of each answer', () => {
    const list = JSON.parse(examplesJson(examples, { written: false, stale: {} })) as {
      rightAnswer: string;
      answers: { prompt: string; seed?: number; correct: boolean }[];
    }[];
    expect(list).toHaveLength(57);
    expect(list[3]!.rightAnswer).toBe('Oslo');
    expect(list[3]!.answers.map(({ prompt, seed }) => [prompt, seed])).toEqual([
      ['manual', undefined],
      ['inverse', undefined],
      ['learned', 1],
      ['learned', 2],
      ['learned', 3],
    ]);
  });
});

describe('the scoreboard as Markdown', () => {
  test('has intervals, differences, seeds and the verdict', () => {
    const text = scoreboardMarkdown(report, {});
    expect(text).toContain(
      'capitals.ptune, bundled/mini-mlm, test split, 57 examples, chosen among 57 candidate answers, 2026-11-02',
    );
    const rows = text.split('\n').filter((line) => /^\| \w/.test(line));
    expect(rows[1]).toBe(
      '| learned | 92 % | 83–97 % | +50 points to manual, +37 to +64, significant, p < 0.001 | 91 % · 93 % · 93 % |',
    );
    expect(rows[2]).toMatch(/^\| inverse /);
    expect(rows[3]).toBe('| manual | 42 % | 30–55 % | baseline |  |');
    expect(text).toContain('Holm-corrected for the 2 prompts compared');
    expect(text.trimEnd().split('\n').at(-1)).toBe(report.verdict);
  });

  test('names labels as the page does', () => {
    const labels = buildReport(classificationInputs());
    expect(scoreboardMarkdown(labels, {})).toContain('60 examples, chosen among 3 labels,');
  });

  test('of written answers is about exact matches, and has their F1', () => {
    const [manual] = report.prompts;
    const written: Report = {
      ...report,
      candidates: { kind: 'generate', count: 0 },
      prompts: [{ ...manual!, summary: { ...manual!.summary, f1: 0.61, exactMatch: 0.42 } }],
    };
    const text = scoreboardMarkdown(written, {});
    expect(text).toContain('| prompt | exact match | 95 % | F1 | difference | seeds |');
    expect(text).toContain('| manual | 42 % | 30–55 % | 0.61 | baseline |  |');
    expect(text).not.toContain('answers right');
  });

  test('has the prompts without a score, with the reason', () => {
    const leftOut = [{ name: 'deeper', reason: 'its last run is cancelled' }];
    expect(scoreboardMarkdown({ ...report, leftOut }, {})).toContain(
      '| deeper | no score: its last run is cancelled |',
    );
  });

  test('is text whatever it is about', () => {
    const hostile = { ...report, file: 'a|b <img src=x> [c](d) my_file *e*\n# f' };
    expect(scoreboardMarkdown(hostile, {}).split('\n')[0]).toContain(
      'a\\|b \\<img src=x> \\[c\\](d) my_file \\*e\\* # f',
    );
  });
});
