import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import { buildSummary } from '../../src/evaluation/summary.ts';
import { nearestTokensText, reportText, scoreboardText } from '../../src/evaluation/text.ts';
import { capitalsInputs, undecidedInputs } from './support/reportInputs.ts';

const summary = buildSummary(capitalsInputs());
const report = buildReport(capitalsInputs());

describe('the scoreboard in a terminal', () => {
  test('has one line a prompt, the best first, and one for the vote of its seeds', () => {
    const difference = summary.prompts[2]!.difference!;
    expect(difference.accuracy).toBeCloseTo(0.503, 3);
    expect(scoreboardText(summary, { color: false })).toBe(
      [
        '57 test examples, chosen among 57 candidate answers',
        'prompt                answers right       95 %   difference',
        'learned                        92 %    83–97 %   +50 (+37 to +64)   p < 0.001  3 seeds 91 93 93',
        'learned (vote of 3)            98 %   91–100 %',
        'inverse                        63 %    50–74 %   +21 (+5 to +39)    p = 0.03',
        'manual                         42 %    30–55 %   baseline',
      ].join('\n'),
    );
  });

  test('with colors says the same', () => {
    const colored = scoreboardText(summary, { color: true });
    expect(colored).toContain('\u001b[32m+50 (+37 to +64)');
    expect(stripVTControlCharacters(colored)).toBe(scoreboardText(summary, { color: false }));
  });

  test('of a single prompt has no difference and no trailing spaces', () => {
    const one = buildSummary({ ...capitalsInputs(), prompts: [capitalsInputs().prompts[0]!] });
    expect(scoreboardText(one, { color: false }).split('\n')[2]).toBe(
      'manual            42 %   30–55 %',
    );
  });
});

test('the scoreboard of written answers shows exact match and F1', () => {
  const written = {
    ...summary,
    candidates: { kind: 'generate', count: 0 } as const,
    prompts: summary.prompts.map((prompt, i) => ({ ...prompt, f1: [0.5, 0.666, 0.95][i]! })),
  };
  expect(scoreboardText(written, { color: false })).toBe(
    [
      '57 test examples, written freely, compared by exact match',
      'prompt                exact match       95 %     F1   difference',
      'learned                      92 %    83–97 %   0.95   +50 (+37 to +64)   p < 0.001  3 seeds 91 93 93',
      'learned (vote of 3)          98 %   91–100 %',
      'inverse                      63 %    50–74 %   0.67   +21 (+5 to +39)    p = 0.03',
      'manual                       42 %    30–55 %   0.50   baseline',
    ].join('\n'),
  );
});

describe('the line of nearest tokens', () => {
  test('names prompt and seed and parts the places of the template', () => {
    expect(nearestTokensText(report.prompts[2]!)).toBe(
      'Nearest tokens of learned (seed 2): capital · is · located | town · " · .',
    );
  });

  test('names no seed where there is one', () => {
    const { prompts } = buildReport(undecidedInputs());
    expect(nearestTokensText(prompts[1]!)).toMatch(/^Nearest tokens of learned: capital · is/);
  });

  test('says why a deep prompt has none', () => {
    const deep = { ...report.prompts[2]!, deep: true } as const;
    expect(nearestTokensText(deep)).toBe(
      'Nearest tokens of learned: none, since its vectors are keys and values of every layer',
    );
  });

  test('is absent for a discrete prompt', () => {
    expect(nearestTokensText(report.prompts[0]!)).toBeUndefined();
  });
});

test('the text of a report ends with the verdict', () => {
  const text = reportText(report, { color: false });
  expect(text.startsWith(scoreboardText(summary, { color: false }))).toBe(true);
  expect(text.endsWith(report.verdict)).toBe(true);
});
