import { describe, expect, test } from 'vitest';
import type { Diagnostic, DiagnosticCode } from '../../src/language/diagnostics.ts';
import { diagnostic, severities } from '../../src/language/diagnostics.ts';
import { fromOpenPrompt, fromTriple } from '../../src/language/features/convertTemplate.ts';
import { splitOffValidation } from '../../src/language/features/dataFixes.ts';
import { quickFixes } from '../../src/language/features/quickFixes.ts';
import { checkModelUse, unusedNames } from '../../src/language/modelChecks.ts';
import { parse } from '../../src/language/parser.ts';
import { applyEdits } from '../../src/language/textEdit.ts';
import { facts } from './facts.ts';
import { unmark, withSettings } from './marked.ts';

/** The text after the first fix of the first diagnostic with this code, or after the one with a title. */
function fixed(text: string, code: DiagnosticCode, title?: string): string {
  const file = parse(text);
  const found = file.diagnostics.find((one) => one.code === code);
  expect(found, file.diagnostics.map((one) => one.code).join()).toBeDefined();
  return applyFix(text, found!, title);
}

function applyFix(text: string, found: Diagnostic, title?: string): string {
  const fixes = quickFixes(parse(text), found, facts);
  const fix = title === undefined ? fixes[0] : fixes.find((one) => one.title === title);
  expect(fix, `"${title}" of ${fixes.map((one) => one.title).join(' · ')}`).toBeDefined();
  return applyEdits(text, fix!.edits);
}

const prompt = '@prompt p\n{country} is {capital}.\n';
const front = (settings: string) => `---\n${settings}---\n${prompt}`;
const whole = 'model: bundled/mini-mlm\ndata:\n  train: a.jsonl\nanswer: capital\n';

/** A file with something wrong, the code, and a title where the first fix is not meant. */
const mended: readonly [string, DiagnosticCode, string?][] = [
  [prompt, 'settings/missing'],
  [`---\n${whole}${prompt}`, 'settings/unclosed'],
  [front(`${whole}train:\n\tsteps: 3\n`), 'settings/yaml'],
  [front(`${whole}chat: false\nchat: false\n`), 'settings/duplicate-key'],
  [front(`${whole}basline: p\n`), 'settings/unknown-key'],
  [front(`${whole}steps: 100\n`), 'settings/unknown-key'],
  [front(`${whole}color: red\n`), 'settings/unknown-key'],
  [front(`${whole}train: {steps: "300"}\n`), 'settings/wrong-type'],
  [front(`${whole}train:\n  seeds: 3\n`), 'settings/wrong-type'],
  [front(`${whole}train: {layers: 9}\n`), 'settings/out-of-range'],
  [front(`${whole}train:\n  encoder: gru\n`), 'settings/unknown-value', 'Change to mlp'],
  [front(`${whole}examples: [{country: a, capital: b}]\n`), 'settings/conflict'],
  [front(whole.replace(/model.*\n/, '')), 'settings/no-model'],
  [front(whole.replace(/answer.*\n/, '')), 'settings/no-answer', 'Add "answer: capital"'],
  [front(whole.replace(/data.*\n.*\n/, '')), 'settings/no-data'],
  [front(`${whole}train: {init: labels}\n`), 'settings/no-labels'],
  [front(`${whole}expect: macroF1 >= 0.5\n`), 'settings/no-metric'],
  [front(`${whole}expect: f1 >= 0.5\n`), 'settings/no-metric'],
  [front(`${whole}baseline: other\n`), 'settings/unknown-baseline'],
  [front(`${whole}labels: {a: [x], b: [x]}\n`), 'settings/unreachable-label'],
  [front(`${whole}candidates: answers\nlabels: {a: x, b: y}\n`), 'settings/no-effect'],
  [front(whole).replace('@prompt p', '@prompt p {steps: 3}'), 'settings/no-effect'],
  [front(whole).replace('@prompt p', '@promt p'), 'directive/unknown'],
  [withSettings(`Words.\n${prompt}`), 'directive/text-outside-prompt', 'Make it a comment'],
  [withSettings(''), 'prompt/none'],
  [front(whole).replace('@prompt p', '@prompt'), 'prompt/no-name'],
  [front(whole).replace('@prompt p', '@prompt 1ä b'), 'prompt/bad-name'],
  [withSettings(prompt + prompt), 'prompt/duplicate-name'],
  [
    front(whole).replace('@prompt p', '@prompt p {*}').replace('{*}', 'words'),
    'prompt/bad-mapping',
  ],
  [withSettings('@prompt p\n'), 'template/empty'],
  [withSettings('@prompt p\n{country} is'), 'template/no-answer'],
  [withSettings('@prompt p\n{capital} is {capital}'), 'template/two-answers'],
  [withSettings('@prompt p\n{country {capital}'), 'template/unclosed-brace'],
  [withSettings('@prompt p\n{capital}}'), 'template/stray-brace'],
  [withSettings('@prompt p\n{*"the} {capital}'), 'template/unclosed-string'],
  [withSettings('@prompt p\n{"a"} {capital}'), 'template/bad-slot'],
  [withSettings('@prompt p\n{country|uper} {capital}'), 'template/unknown-filter'],
  [withSettings('@prompt p\n{country|what} {capital}'), 'template/unknown-filter'],
  [withSettings('@prompt p\n{capital|shorten}'), 'template/misplaced-filter'],
  [withSettings('@prompt p\n{*rel 3} {capital}'), 'template/bad-virtual-token'],
  [withSettings('@prompt p\n{*3 ""} {capital}'), 'template/bad-virtual-token'],
  [withSettings('@prompt p\n{*600} {capital}'), 'template/bad-count'],
  [withSettings('@prompt p\n{demos:0} {capital}'), 'template/bad-count'],
  [withSettings('@prompt p\n{*rel} {capital}'), 'template/undefined-virtual-token'],
  [
    withSettings('@prompt p\n{*relation:3} {*relaton} {capital}'),
    'template/undefined-virtual-token',
  ],
  [withSettings('@prompt p\n{*a:3} {*a:4} {capital}'), 'template/conflicting-virtual-token'],
  [withSettings('@prompt p {depth: deep}\n{*} {capital}'), 'prompt/deep-encoder'],
  [
    withSettings('@prompt p {depth: deep, encoder: mlp}\nOf {*} {capital}'),
    'prompt/deep-placement',
  ],
];

describe('the first quick fix', () => {
  test.each(mended)('mends %j (%s)', (text, code, title) => {
    const before = parse(text).diagnostics.filter((one) => one.code === code).length;
    const after = fixed(text, code, title);
    const codes = parse(after).diagnostics.map((one) => one.code);
    expect(codes.filter((one) => one === code).length, after).toBeLessThan(before);
    expect(codes.length, after).toBeLessThan(parse(text).diagnostics.length);
  });

  test('moves a setting of train to its place', () => {
    expect(fixed(front(`${whole}steps: 100\n`), 'settings/unknown-key')).toBe(
      front(`${whole}train:\n  steps: 100\n`),
    );
  });
});

describe('data and models', () => {
  const text = front(
    `${whole.replace('a.jsonl', 'a.jsonl\n  validation: no.csv')}labels:\n  Lima: x\n  Paris: y\n`,
  );
  const at = (words: string, code: DiagnosticCode) => {
    const start = text.indexOf(words);
    return diagnostic(code, { start, end: start + words.length }, '');
  };

  test('a missing file is created with the columns that are used, or split off', () => {
    const [create, split] = quickFixes(parse(text), at('no.csv', 'data/no-file'), facts);
    expect(create!.creates).toMatchObject({
      path: 'no.csv',
      content: expect.stringMatching(
        /^country,capital\nexample country 1,example capital 1\n/,
      ) as string,
    });
    expect(applyEdits(text, split!.edits)).toContain('validation: 0.15');
  });

  test('a column that the data does not have becomes one that it has', () => {
    const after = applyFix(text, at('country', 'data/missing-column'), 'Change to capital');
    expect(after).toContain('{capital} is');
  });

  test('labels of the data are added with a label word', () => {
    const found = { ...at('labels', 'data/unknown-label'), names: ['Rome, It'] };
    const after = applyFix(text, found);
    expect(after).toContain('  Paris: y\n  "Rome, It": ["Rome, It"]\n  Oslo: [Oslo]\n');
    expect(parse(after).diagnostics).toEqual([]);
  });

  test('a model that is not there becomes one that is', () => {
    const after = applyFix(text, at('bundled/mini-mlm', 'model/not-found'), 'Change to gpt2');
    expect(after).toContain('model: gpt2');
  });

  test('a validation set is split off where the settings name none', () => {
    const source = front(whole);
    expect(applyEdits(source, splitOffValidation(parse(source))!.edits)).toContain(
      '  train: a.jsonl\n  validation: 0.15\n',
    );
    expect(splitOffValidation(parse(text))).toBeUndefined();
  });
});

describe('templates of other tools', () => {
  test.each([
    ['{"placeholder":"text_a"} {"soft"} {"mask"}', '{text_a|shorten} {*} {y}'],
    ["{'placeholder': 'text_a', 'shortenable': False} {'mask'}", '{text_a} {y}'],
    ['{"meta":"topic"}: {"mask"}', '{topic}: {y}'],
    ['{"soft": "It was"} {"mask"} .', '{*"It was"} {y} .'],
    ['{"soft": None, "duplicate": 20} {"mask"}', '{*20} {y}'],
    ['{"soft": None, "duplicate": 3, "same": True} {"mask"}', '{*same1:1} {*same1} {*same1} {y}'],
    ['{"soft": "the", "soft_id": 1} {"mask"} {"soft_id": 1}', '{*soft1 "the"} {y} {*soft1}'],
    ['{"text": "a {b}", "post_processing": lambda s: s} {"mask"}', 'a {{b}} {y}'],
    ['{"special": "<eos>"}{"mask"}', '{y}'],
  ])('%s', (written, expected) => {
    expect(fromOpenPrompt(written, 'y')).toBe(expected);
    const file = parse(withSettings(`@prompt p\n${expected.replaceAll('{y}', '{capital}')}`));
    expect(file.diagnostics).toEqual([]);
  });

  test('a template of this language is none of theirs', () => {
    expect(fromOpenPrompt('{text} {*"mask"} {{"mask"}} {label}', 'y')).toBeUndefined();
    expect(fromTriple('in 1, 2, 3', { subject: 'x', answer: 'y' }, 'masked')).toBeUndefined();
  });

  test('a triple counts the virtual tokens around subject and answer', () => {
    const columns = { subject: 'x', answer: 'y' };
    expect(fromTriple('(3,3,3)', columns, 'masked')).toBe('{*3} {y} {*3} {x} {*3}');
    expect(fromTriple('(3, 4, 0)', columns, 'masked')).toBe('{*3} {y} {*4} {x} .');
    expect(fromTriple('3,3,0', columns, 'causal')).toBe('{*3} {x} {*3} {y}');
  });

  test('both are quick fixes', () => {
    const openPrompt = withSettings('@prompt p\n{"meta":"country"} {"soft"} {"mask"}');
    const after = fixed(openPrompt, 'template/bad-slot', 'Convert from OpenPrompt');
    expect(after).toBe(withSettings('@prompt p\n{country} {*} {capital}'));
    const triple = withSettings('@prompt p\n(3,3,3)');
    expect(fixed(triple, 'template/no-answer')).toBe(
      withSettings('@prompt p\n{*3} {capital} {*3} {country} {*3}'),
    );
  });
});

test('literal braces are doubled where they stand', () => {
  const { text } = unmark(withSettings('@prompt p\n{"a": 1} {capital}'));
  expect(fixed(text, 'template/bad-slot', 'Make the braces part of the words')).toBe(
    withSettings('@prompt p\n{{"a": 1}} {capital}'),
  );
});

describe('models and stored vectors', () => {
  const file = (template: string, mapping = '') =>
    withSettings(`@prompt p${mapping}\n${template}\n`);

  test('virtual tokens behind the answer of a causal model move in front of it', () => {
    const causal = { ...facts.models[1]!, place: 'cache' } as const;
    const text = file('{country} {*2} {capital} {*3} .');
    const [found] = checkModelUse(parse(text), causal);
    const after = applyFix(text, found!);
    expect(after).toBe(file('{country} {*2} {*3} . {capital}'));
    expect(checkModelUse(parse(after), causal)).toEqual([]);
    const words = file('{country}: {capital}. Next.');
    expect(applyFix(words, checkModelUse(parse(words), causal)[0]!)).toBe(
      file('{country}: {capital}'),
    );
  });

  test('stored vectors that cannot be used are left out', () => {
    const text = file('{*2} {country} {capital}', ' {from: learned.safetensors, seeds: [1]}');
    for (const code of ['data/no-file', 'prompt/unfitting-vectors'] as const) {
      const start = text.indexOf('learned.safetensors');
      const found = diagnostic(code, { start, end: start + 'learned.safetensors'.length }, '');
      expect(applyFix(text, found)).toBe(file('{*2} {country} {capital}', ' {seeds: [1]}'));
    }
  });

  test('a setting that needs another kind of model is set to what this one can do', () => {
    const text = withSettings('@prompt p\n{capital}\n', 'candidates: generate\n');
    const [found] = checkModelUse(parse(text), facts.model);
    expect(found!.code).toBe('model/wrong-kind');
    expect(applyFix(text, found!)).toContain('candidates: answers\n');
  });

  test('a run that is not there gives way to the vocabulary', () => {
    const text = file('{*2} {country} {capital}', ' {init: "run:x"}');
    const start = text.indexOf('"run:x"');
    const found = diagnostic('prompt/no-run', { start, end: start + 7 }, '');
    expect(applyFix(text, found)).toBe(file('{*2} {country} {capital}', ' {init: vocabulary}'));
    expect(applyFix(text, found, 'Remove "init"')).toBe(file('{*2} {country} {capital}', ' {}'));
  });

  test('a name that only one place uses is left out', () => {
    const text = file('{*rel:3} {country} {capital}');
    expect(applyFix(text, unusedNames(parse(text))[0]!)).toBe(file('{*3} {country} {capital}'));
  });

  test('candidates that lack answers of the data become all answers of the data', () => {
    const text = withSettings('@prompt p\n{capital}\n', 'candidates: words.txt\n');
    const start = text.indexOf('words.txt');
    const found = diagnostic('data/no-candidate', { start, end: start + 9 }, '');
    expect(applyFix(text, found)).toContain('candidates: answers\n');
  });

  test('a model that is not on this machine becomes one that is', () => {
    const text = file('{country} {capital}').replace('bundled/mini-mlm', 'some/model');
    const [found] = checkModelUse(parse(text), 'missing');
    expect(found!.code).toBe('model/not-cached');
    expect(applyFix(text, found!)).toContain('model: bundled/mini-mlm');
  });
});

/** Codes that only a person can mend, and why. */
const withoutFix: Partial<Record<DiagnosticCode, string>> = {
  'file/unreadable': 'there is no text that could be changed',
  'data/unreadable': 'the data file itself is damaged; the related place is the line at fault',
  'data/missing-value': 'what is missing is known to nobody else',
  'data/empty-answer': 'what is missing is known to nobody else',
};

/** Codes whose fixes are tried in the tests above, beside those of the table. */
const triedAbove: readonly DiagnosticCode[] = [
  'data/no-file',
  'data/missing-column',
  'data/unknown-label',
  'model/not-found',
  'model/not-cached',
  'template/after-answer',
  'template/unused-name',
  'model/wrong-kind',
  'data/no-candidate',
  'prompt/unfitting-vectors',
  'prompt/no-run',
];

/** Codes whose fix is the same function as that of another. */
const sameAs: Partial<Record<DiagnosticCode, DiagnosticCode>> = {
  'data/empty': 'data/no-file',
  'data/empty-split': 'data/no-file',
  'data/leak': 'data/no-file',
  'prompt/unreadable-vectors': 'prompt/unfitting-vectors',
  'model/no-weights': 'model/not-found',
  'model/no-tokenizer': 'model/not-found',
  'model/cannot-train': 'model/not-found',
};

test('every code has a quick fix, or a reason to have none', () => {
  const tried = new Set([...mended.map(([, code]) => code), ...triedAbove]);
  const shared = Object.entries(sameAs).filter(([, code]) => tried.has(code));
  const covered = [...tried, ...shared.map(([code]) => code), ...Object.keys(withoutFix)];
  expect(covered.toSorted()).toEqual(Object.keys(severities).toSorted());
});
