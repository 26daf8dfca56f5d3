import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import type { PromptScore } from '../../src/extension/scores/fileScores.ts';
import { inlineText } from '../../src/extension/scores/inlineText.ts';
import { markdownCode, markdownText } from '../../src/extension/scores/markdown.ts';
import { spokenScore, spokenWithoutScore } from '../../src/extension/scores/spokenScore.ts';
import { ago, scoreCard, unscoredCard } from '../../src/extension/scores/scoreCard.ts';
import { virtualTokenCard } from '../../src/extension/scores/virtualTokenCard.ts';
import type { VirtualPart } from '../../src/language/ast.ts';
import { parse } from '../../src/language/parser.ts';
import { capitalsInputs, undecidedInputs } from '../evaluation/support/reportInputs.ts';

const report = buildReport(capitalsInputs());
const undecided = buildReport(undecidedInputs());

function scoreOf(name: string, changes: Partial<PromptScore> = {}): PromptScore {
  const from = changes.report ?? report;
  const prompt = from.prompts.find(({ summary }) => summary.name === name)!;
  return {
    name,
    prompt,
    report: from,
    stale: undefined,
    isBaseline: prompt.baseline,
    against: prompt.summary.difference?.baseline,
    baselineStale: undefined,
    ...changes,
  };
}

describe('the score at the end of a line', () => {
  it.each<[string, PromptScore, ReturnType<typeof inlineText>]>([
    ['the baseline', scoreOf('manual'), { text: '42 %  baseline', tone: 'plain' }],
    [
      'a significantly better prompt with seeds',
      scoreOf('learned'),
      { text: '92 %  +50 ●  3 seeds ±1', tone: 'better' },
    ],
    [
      'a difference that may be chance',
      scoreOf('learned', { report: undecided }),
      { text: '46 %  +4', tone: 'plain' },
    ],
    [
      'a prompt with seeds that are not trained',
      scoreOf('learned', { missingSeeds: [4, 5] }),
      { text: '92 %  +50 ●  3 of 5 seeds ±1', tone: 'better' },
    ],
    [
      'a prompt with one of its seeds',
      scoreOf('learned', { report: undecided, missingSeeds: [2] }),
      { text: '46 %  +4  1 of 2 seeds', tone: 'plain' },
    ],
    [
      'a stale score',
      scoreOf('learned', { stale: 'template changed' }),
      { text: '⟳ stale: template changed (was 92 %)', tone: 'stale' },
    ],
    [
      'a difference to a baseline that changed',
      scoreOf('learned', { baselineStale: 'template changed in manual' }),
      { text: '92 %  ⟳ baseline changed  3 seeds ±1', tone: 'plain' },
    ],
    [
      'a prompt that is no longer the baseline',
      scoreOf('manual', { isBaseline: false, baselineStale: 'it is inverse now, and was manual' }),
      { text: '42 %  ⟳ baseline changed', tone: 'plain' },
    ],
    [
      'a prompt that is the baseline now',
      scoreOf('inverse', { isBaseline: true }),
      { text: '63 %  baseline', tone: 'plain' },
    ],
  ])('of %s', (_name, score, expected) => {
    const { text, tone } = inlineText(score)!;
    expect({ text: text.replaceAll('\u00a0', ' '), tone }).toEqual(expected);
  });

  it.each([
    ['a baseline', scoreOf('manual'), 'baseline'],
    ['a prompt with seeds', scoreOf('learned'), '+50 ●'],
    ['a stale score', scoreOf('learned', { stale: 'data changed' }), '⟳ stale: data changed'],
    [
      'a difference that no longer holds',
      scoreOf('learned', { baselineStale: 'x' }),
      '⟳ baseline changed',
    ],
  ])('is only the difference of %s where only differences are wanted', (_, score, expected) => {
    expect(inlineText(score, 'differences')?.text).toBe(expected);
    expect(inlineText(score, 'off')).toBeUndefined();
  });

  it('marks a prompt that is significantly worse', () => {
    const score = scoreOf('learned');
    const difference = { ...score.prompt.summary.difference!, accuracy: -0.2 };
    const prompt = { ...score.prompt, summary: { ...score.prompt.summary, difference } };
    expect(inlineText({ ...score, prompt })).toMatchObject({ tone: 'worse' });
    expect(inlineText({ ...score, prompt })!.text).toContain('−20 ●');
  });
});

describe('the score that is read aloud', () => {
  it.each<[string, PromptScore, RegExp]>([
    [
      'the baseline',
      scoreOf('manual'),
      /^manual: 42 % of 57 test answers right \(\d+–\d+ %\)\. It is the baseline\.$/,
    ],
    [
      'a prompt with seeds',
      scoreOf('learned'),
      /^learned: 92 % of 57 .* \+50 points over manual, significant\. 3 seeds: \d+ %, \d+ %, \d+ %\.$/,
    ],
    [
      'a difference that may be chance',
      scoreOf('learned', { report: undecided, missingSeeds: [2] }),
      /\+4 points over \w+, not significant\. 1 of 2 seeds: seed 1 \(seed 2 is not trained\)\.$/,
    ],
    [
      'a stale score',
      scoreOf('learned', { stale: 'template changed' }),
      /^learned: stale, template changed\. It was 92 %\. Train again\.$/,
    ],
    [
      'a difference to a baseline that changed',
      scoreOf('learned', { baselineStale: 'template changed in manual' }),
      /The baseline has changed: template changed in manual\. Score again to hear the difference/,
    ],
  ])('says of %s in words what its line shows', (_name, score, expected) => {
    const said = spokenScore(score);
    expect(said).toMatch(expected);
    expect(said).not.toMatch(/[●⟳*\\]/);
  });

  it('says what to do where there is none', () => {
    const text = '@prompt words\n{capital}\n@prompt learned\n{*} {capital}\n';
    expect(parse(text).prompts.map(spokenWithoutScore)).toEqual([
      'words has no score yet. Score it to get one.',
      'learned has no score yet. Train it to get one.',
    ]);
  });
});

describe('the score card', () => {
  const fourMinutesLater = Date.parse(report.createdAt) + 4 * 60_000 + 5000;
  const link = {
    title: 'Open report',
    command: 'ptune.openReport',
    argument: { uri: 'file:///a' },
  };

  it('says how good, among what, against what, how sure and when', () => {
    expect(scoreCard(scoreOf('learned'), fourMinutesLater, [link]).split('\n')).toEqual([
      '**learned** — continuous, 6 virtual tokens, encoder lstm',
      '',
      expect.stringMatching(
        /^\*\*92 %\*\* of 57 test answers right \(\d+–\d+ %\), chosen among 57 candidate answers {2}$/,
      ),
      expect.stringMatching(
        /^\*\*\+50 points\*\* over manual \(95 %: \+\d+ to \+\d+, p < 0\.001\): ● significant$/,
      ),
      '',
      expect.stringMatching(
        /^3 seeds: 91 %, 93 %, 93 % · loss \d\.\d\d · 4 minutes ago, 12 s a seed$/,
      ),
      '',
      expect.stringMatching(
        /^Nearest tokens: .*\. As text they keep 8 % of the gain \(1–17 %\)\. Read them as a hint, not as the prompt\.$/,
      ),
      '',
      '[Open report](command:ptune.openReport?%5B%7B%22uri%22%3A%22file%3A%2F%2F%2Fa%22%7D%5D)',
    ]);
  });

  it('says of the baseline that it is the baseline', () => {
    const card = scoreCard(scoreOf('manual'), fourMinutesLater, []);
    expect(card).toContain('**manual** — discrete');
    expect(card).toContain('Differences are measured against this prompt.');
    expect(card).not.toContain('seed');
  });

  it('says in words that a difference may be chance', () => {
    const card = scoreCard(scoreOf('learned', { report: undecided }), fourMinutesLater, []);
    expect(card).toMatch(/\+4 points\*\* over manual .*: not significant/);
  });

  it('says first that a score is stale, and why', () => {
    const card = scoreCard(scoreOf('learned', { stale: 'data changed' }), fourMinutesLater, []);
    expect(card.split('\n\n')[1]).toBe(
      '⟳ **Stale: data changed.** What follows was measured before. Train again.',
    );
  });

  it('does not show a difference to a baseline that changed since', () => {
    const score = scoreOf('learned', { baselineStale: 'template changed in manual' });
    const card = scoreCard(score, fourMinutesLater, []);
    expect(card).toContain(
      '⟳ **Baseline changed**: template changed in manual. Score again to see the difference to it.',
    );
    expect(card).not.toContain('points');
  });

  it('calls prompts as the file does, and says what they were called', () => {
    const score = scoreOf('learned', { name: 'best', against: 'plain' });
    const card = scoreCard(score, fourMinutesLater, []);
    expect(card).toMatch(/^\*\*best\*\* — continuous/);
    expect(card).toContain(
      'It was trained and scored as learned; nothing but the name has changed.',
    );
    expect(card).toContain('points** over plain (');
    expect(scoreCard(scoreOf('manual', { name: 'plain' }), fourMinutesLater, [])).toContain(
      'It was scored as manual;',
    );
  });

  it.each<[PromptScore, string]>([
    [scoreOf('learned'), '3 seeds: 91 %, 93 %, 93 % · '],
    [
      scoreOf('learned', { missingSeeds: [4, 5] }),
      '3 of 5 seeds: 91 %, 93 %, 93 % (seeds 4 and 5 are not trained) · ',
    ],
    [
      scoreOf('learned', { report: undecided, missingSeeds: [2] }),
      '1 of 2 seeds: seed 1 (seed 2 is not trained) · ',
    ],
  ])('says how many of the seeds count', (score, text) => {
    expect(scoreCard(score, fourMinutesLater, [])).toContain(text);
  });

  it('of a prompt without a score says what to do', () => {
    expect(unscoredCard('a_b', 'continuous', [])).toBe(
      '**a\\_b** — continuous. Train it to see its score.',
    );
  });

  it.each([
    [5, 'just now'],
    [60, '1 minute ago'],
    [7200, '2 hours ago'],
    [200_000, '2 days ago'],
  ])('calls %d seconds "%s"', (seconds, text) => {
    expect(ago(seconds)).toBe(text);
  });
});

describe('the card of virtual tokens', () => {
  const template = '{*head:3} {country} {*3} {*head} {capital} .';
  const head = 'model: m\nanswer: capital\ndata: { train: x.csv }';
  const prompt = parse(`---\n${head}\n---\n@prompt learned\n${template}\n`).prompts[0]!;
  const places = prompt.parts.filter((part): part is VirtualPart => part.kind === 'virtual');

  const rowsAt = (index: number) =>
    virtualTokenCard(scoreOf('learned'), prompt, places[index]!)!
      .split('\n')
      .filter((line) => /^\| \d/.test(line));

  it('has one row for each vector that stands at the place', () => {
    expect(rowsAt(0).map((row) => row.split('|')[1]!.trim())).toEqual(['1', '2', '3']);
    expect(rowsAt(1).map((row) => row.split('|')[1]!.trim())).toEqual(['4', '5', '6']);
    expect(rowsAt(0)[0]).toContain('`capital` .66');
    expect(rowsAt(1)[2]).toContain('still its start token');
  });

  it('has words at the head of every column', () => {
    for (const place of places) {
      const card = virtualTokenCard(scoreOf('learned'), prompt, place)!;
      const head = card.split('\n').find((line) => line.startsWith('|'))!;
      expect(
        head
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ).not.toContain('');
    }
  });

  it('shows at the second place of named virtual tokens the same vectors', () => {
    expect(rowsAt(2)).toEqual(rowsAt(0));
  });

  it.each([
    [' Paris', '` Paris`'],
    ['a|b', '`a\\|b`'],
    ['`', '`` ` ``'],
    ['\n', '`\\n`'],
    ['a``](command:x)', '```a``](command:x)```'],
    ['\u202e\u200b\x1b[31m', '`\\u202E\\u200B\\x1B[31m`'],
    [' ', '`   `'],
  ])('writes %j as %s', (token, code) => {
    expect(markdownCode(token)).toBe(code);
  });

  it('keeps what a token says from being read as Markdown or HTML', () => {
    expect(markdownText('<b>&*_|`\n')).toBe('&lt;b\\>&amp;\\*\\_\\|\\` ');
  });
});
