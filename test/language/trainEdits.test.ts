import { describe, expect, test } from 'vitest';
import { formattingEdits } from '../../src/language/features/format.ts';
import { trainLines, withTrainValues } from '../../src/language/features/trainEdits.ts';
import { parse } from '../../src/language/parser.ts';
import { applyEdits } from '../../src/language/textEdit.ts';

const start = 'model: bundled/mini-mlm\ndata:\n  train: a.jsonl\nanswer: capital\n';
const learned = '@prompt learned\n{*2} {country} {capital}\n';
const file = (settings: string, prompts = learned) => `---\n${start}${settings}---\n\n${prompts}`;

const expectFormatted = (text: string | undefined) => {
  expect(applyEdits(text!, formattingEdits(parse(text!)))).toBe(text);
};

describe('settings that are written into a file', () => {
  test.each([
    [
      'replace those that stand there, whatever is behind them',
      'train:\n  steps: 400 # long\n  encoder: lstm\n',
      { encoder: 'mlp', steps: 20 },
      'train:\n  steps: 20 # long\n  encoder: mlp\n',
    ],
    [
      'come before the others where they are new',
      'train:\n  steps: 400\n',
      { learningRate: 0.01, dropout: 0.1 },
      'train:\n  learningRate: 0.01\n  dropout: 0.1\n  steps: 400\n',
    ],
    ['make the section', '', { encoder: 'none' }, 'train:\n  encoder: none\n'],
    ['fill an empty section', 'train:\n', { steps: 3 }, 'train:\n  steps: 3\n'],
    [
      'stand in braces like those beside them',
      'train: {steps: 400, seeds: [1, 2]}\n',
      { encoder: 'mlp', steps: 5 },
      'train: {encoder: mlp, steps: 5, seeds: [1, 2]}\n',
    ],
    [
      'take the place of the other length',
      'train:\n  epochs: 3\n',
      { steps: 20 },
      'train:\n  steps: 20\n',
    ],
  ])('%s', (_, before, values, after) => {
    const written = withTrainValues(file(before), 'learned', values);
    expect(written).toBe(file(after));
    expectFormatted(written);
    expect(withTrainValues(written!, 'learned', values)).toBe(written);
  });

  test('keep the line breaks of the file', () => {
    const crlf = file('train:\n  steps: 4\n').replaceAll('\n', '\r\n');
    const written = withTrainValues(crlf, 'learned', { encoder: 'mlp', steps: 2 });
    const expected = file('train:\n  encoder: mlp\n  steps: 2\n').replaceAll('\n', '\r\n');
    expect(written).toBe(expected);
  });

  test('stand at the prompt where it has them of its own', () => {
    const own = '@prompt learned {encoder: mlp, epochs: 3}\n{*2} {country} {capital}\n';
    const written = withTrainValues(file('train:\n  steps: 9\n', own), 'learned', {
      encoder: 'none',
      steps: 20,
    });
    expect(written).toBe(
      file('train:\n  steps: 9\n', own.replace('mlp, epochs: 3', 'none, steps: 20')),
    );
  });

  test('stand at the prompt where another one is trained, too, and change nothing of that one', () => {
    const two = `${learned}\n@prompt other {steps: 7}\n{*} {capital}\n`;
    const text = file('train:\n  steps: 9\n', two);
    const written = withTrainValues(text, 'learned', { encoder: 'mlp', steps: 2 });
    expect(written).toBe(
      text.replace('@prompt learned', '@prompt learned {encoder: mlp, steps: 2}'),
    );
    expectFormatted(written);
    const other = withTrainValues(text, 'other', { encoder: 'mlp' });
    expect(other).toBe(text.replace('{steps: 7}', '{encoder: mlp, steps: 7}'));
  });

  test('are not written where the file has no such prompt, or where its settings are broken', () => {
    expect(withTrainValues(file(''), 'none', { steps: 1 })).toBeUndefined();
    const broken = file('train: &a {steps: 3}\nsweep: *b\n');
    expect(withTrainValues(broken.replace('---\n', ''), 'learned', { steps: 1 })).toBeUndefined();
  });
});

test('the lines to paste go under train, or to the prompt where it has its own or others are trained', () => {
  const lines = (text: string) => trainLines(parse(text), 'learned', { encoder: 'mlp', steps: 5 });
  expect(lines(file(''))).toEqual(['train:', '  encoder: mlp', '  steps: 5']);
  const own = ['@prompt learned {encoder: mlp, steps: 5}'];
  expect(lines(file('', learned.replace('learned', 'learned {steps: 3}')))).toEqual(own);
  expect(lines(file('', `${learned}\n@prompt b\n{*} {capital}\n`))).toEqual(own);
});
