/** The parts of the page below the scoreboard, for other programs. */
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import { spreadOf } from '../../src/evaluation/spread.ts';
import type { Report } from '../../src/protocol/report.ts';
import {
  confusionTables,
  importanceTables,
  wordingTables,
} from '../../webview/exports/insightTables.ts';
import { nearestTables } from '../../webview/exports/nearestTable.ts';
import { wordSearchTables } from '../../webview/exports/wordSearchTable.ts';
import { capitalsInputs, classificationInputs } from '../evaluation/support/reportInputs.ts';

const report: Report = buildReport(capitalsInputs());
const rowsOf = (csv: string) => parse<Record<string, string>>(csv, { columns: true });
const stale = { learned: 'data changed' };

describe('the nearest tokens', () => {
  const [nearest, retained] = nearestTables(report);

  test('as CSV have every seed and metric', () => {
    const rows = rowsOf(nearest!.csv(stale));
    expect(rows).toHaveLength(3 * 6 * 3 * 5);
    expect(rows[0]).toMatchObject({
      ...{ prompt: 'learned', seed: '1', virtual_token: '1', name: 'head', metric: 'cosine' },
      ...{ place: '1', token: 'capital', token_id: '100', stale: 'data changed' },
    });
    expect(Number(rows[0]!['similarity'])).toBeCloseTo(0.66);
  });

  test('as Markdown have the middle seed and what they are worth', () => {
    const text = nearest!.markdown(report, stale);
    expect(text).toContain('capitals.ptune, bundled/mini-mlm, test split, 57 examples');
    expect(text).toContain('**⟳ Stale: learned (data changed).');
    expect(text).toContain('### learned, seed 2, step 340');
    expect(text).toMatch(/\n\| 1 \| capital \.66 \|/);
    // A token cannot leave its cell.
    expect(text).toContain('\\<b>');
    expect(text).toContain('The nearest tokens keep 8 % of the gain.');
  });

  test('come with the gain that they keep, and its interval', () => {
    expect(rowsOf(retained!.csv({}))[0]).toMatchObject({
      ...{ prompt: 'learned', learned: '0.93', as_text: '0.12', without_vectors: '0.05' },
      ...{ retained: '0.08', retained_low: '0.01', retained_high: '0.17' },
    });
    expect(retained!.markdown(report, {})).toContain('| 93 % | 12 % | 4 % | 5 % | 8 %, 1–17 % |');
  });

  test('are not offered where nothing was learned', () => {
    expect(nearestTables({ ...report, prompts: report.prompts.slice(0, 2) })).toEqual([]);
  });
});

test('the confusion is a row a cell as CSV, and a matrix a prompt as Markdown', () => {
  const labels = buildReport(classificationInputs());
  const [table] = confusionTables(labels);
  const rows = rowsOf(table!.csv({}));
  expect(rows).toHaveLength(2 * 9);
  const counts = labels.prompts[0]!.confusion!.counts;
  expect(rows[1]).toEqual({
    ...{ prompt: 'manual', right: 'positive', answered: 'neutral' },
    ...{ count: String(counts[0]![1]), stale: '' },
  });
  expect(table!.markdown(labels, {})).toContain(
    `| manual | positive | neutral | negative |\n|---|--:|--:|--:|\n| positive | ${counts[0]!.join(' | ')} |`,
  );
  expect(confusionTables(report)).toEqual([]);
});

describe('what was looked at on request', () => {
  const change = { change: -0.4, interval: [-0.5, -0.3], pValue: 0.01 } as const;
  const score = { accuracy: 0.4, loss: 1, interval: [0.3, 0.5] } as const;
  const insights: NonNullable<Report['insights']> = {
    importance: [
      {
        ...{ prompt: 'learned', run: 'run', seed: 2, examples: 50, available: 57 },
        ...{ replacement: 'vocabulary', accuracy: 0.9, loss: 0.3, neighborsOnly: false },
        tokens: [{ index: 0, nearest: 'of', without: { accuracy: change, loss: change } }],
        exchanges: [{ first: 0, second: 1, exchanged: { accuracy: change, loss: change } }],
        ...{ seconds: 1, sentences: ['Without 1 it answers 40 points less.'] },
        fingerprint: report.fingerprints['learned']!,
      },
    ],
    wordings: [
      {
        ...{ prompt: 'manual', seed: 1, examples: { validation: 20, test: 57 } },
        wordings: [
          {
            change: 'as written',
            template: '=As written {capital}',
            test: score,
            validation: score,
          },
        ],
        ...{ spread: spreadOf([0.4]), best: 0, worst: 0, chosen: 0, tooLong: 0, learned: [] },
        ...{ sentences: ['One wording.'], fingerprint: report.fingerprints['manual']! },
      },
    ],
    words: [
      {
        ...{ prompt: 'learned', seed: 1, examples: { validation: 20, test: 57 } },
        found: [
          {
            ...{ method: 'beam', template: '=a {country} {capital}', seconds: 4 },
            ...{ validation: score, test: score, retained: 0.75, retainedInterval: [0.6, 0.9] },
          },
        ],
        learned: { seed: 2, validation: score, test: score },
        empty: { validation: score, test: score },
        ...{ sentences: ['They keep 75 %.'], fingerprint: report.fingerprints['learned']! },
      },
    ],
  };
  const full: Report = { ...report, insights };

  test('is exported: importance with its intervals', () => {
    const [table] = importanceTables(full);
    expect(rowsOf(table!.csv({})).map((row) => [row['what'], row['accuracy_low']])).toEqual([
      ['without 1', '-0.5'],
      ['1 and 2 exchanged', '-0.5'],
    ]);
    const text = table!.markdown(full, {});
    expect(text).toContain('| learned | 2 | without 1 | of | −40, −50 to −30 |');
    expect(text).toContain('Without 1 it answers 40 points less.');
  });

  test('is exported: wordings with what they are, guarded against being run', () => {
    const [table] = wordingTables(full);
    expect(rowsOf(table!.csv({ manual: 'template changed' }))[0]).toMatchObject({
      role: 'best on test, worst on test, best on validation',
      ...{ template: "'=As written {capital}", test_high: '0.5', stale: 'template changed' },
    });
    expect(table!.markdown(full, {})).toContain('| 40 %, 30–50 % | 1.00 | 40 % |');
  });

  test('is exported: words found for a prompt beside what they are held against', () => {
    const [table] = wordSearchTables(full);
    const rows = rowsOf(table!.csv(stale));
    expect(rows.map(({ prompt, what, words, retained_low }) => [prompt, what, words, retained_low]))
      // A template is guarded against being run as a formula.
      .toEqual([
        ['learned', 'a beam over the nearest words', "'=a {country} {capital}", '0.6'],
        ['learned', 'the vectors: learned, seed 2', '', ''],
        ['learned', 'the template without vectors', '', ''],
      ]);
    expect(rows[0]).toMatchObject({ test_high: '0.5', stale: 'data changed' });
    const text = table!.markdown(full, {});
    expect(text).toContain('| 40 %, 30–50 % | 40 %, 30–50 % | 75 % |');
    expect(text).toContain('They keep 75 %.');
  });

  test('is not offered where it was not', () => {
    expect(
      [importanceTables, wordingTables, wordSearchTables].flatMap((tables) => tables(report)),
    ).toEqual([]);
  });
});
