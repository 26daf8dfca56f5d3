/** The other place that a diagnostic is about, marked in each text. */
import { expect, test } from 'vitest';
import type { DiagnosticCode } from '../../src/language/diagnostics.ts';
import { Parser } from '../../src/language/parser.ts';
import { unmark, withSettings } from './marked.ts';

const prompts = '@prompt p\n{country} {capital}\n';

test.each<readonly [DiagnosticCode, string]>([
  ['prompt/duplicate-name', withSettings('@prompt <|p|>\n{capital}\n@prompt p\n{capital}')],
  ['settings/duplicate-key', withSettings(prompts, '<|chat|>: false\nchat: false\n')],
  ['settings/conflict', withSettings(prompts, 'train: {<|steps|>: 1, epochs: 1}\n')],
  [
    'settings/conflict',
    withSettings(prompts).replace('  train: a.jsonl', '  validation: <|0.5|>\n  test: 0.6'),
  ],
  ['settings/unreachable-label', withSettings(prompts, 'labels: {a: <|[x]|>, b: [x]}\n')],
  ['settings/no-effect', withSettings(prompts, 'candidates: answers\n<|labels|>: {a: x, b: y}\n')],
  ['settings/no-effect', withSettings('@prompt p {steps: 3}\n<|{country} {capital}|>')],
  [
    'settings/no-effect',
    withSettings('@prompt p {dropout: 0.5}\n{*} {capital}', 'train: {encoder: <|mlp|>}\n'),
  ],
  ['settings/no-effect', withSettings('@prompt p {dropout: 0.5, layers: <|1|>}\n{*} {capital}')],
  ['template/two-answers', withSettings('@prompt p\n<|{capital}|> {capital}')],
  ['template/no-answer', withSettings('@prompt p\n{country}').replace('capital', '<|capital|>')],
  ['template/conflicting-virtual-token', withSettings('@prompt p\n<|{*a:3}|> {*a:4} {capital}')],
])('of %s stands at the mark in %j', (code, marked) => {
  const { text, spans } = unmark(marked);
  const parser = new Parser();
  // A keystroke in front of it moves a prompt, and with it what it is related to.
  parser.parse(text.replace('@prompt p', '@# one line more\n@prompt p'));
  const found = parser.parse(text).diagnostics.find((one) => one.code === code);
  expect(found?.related?.map(({ span }) => span)).toEqual(spans);
  expect(found!.related![0]!.message).not.toBe('');
});
