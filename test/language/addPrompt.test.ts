/** Prompts that are added to a file. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newPromptName } from '../../src/language/newPromptName.ts';
import { parse } from '../../src/language/parser.ts';
import { promptBehind } from '../../src/language/promptBehind.ts';
import { texts } from './texts.ts';

const file = '---\nanswer: b\n---\n@prompt one\n{*2} {b}\n\n@# about two\n@prompt two\n{b}\n';

function added(text: string, behind: string, name = 'words'): string {
  const about = { name, template: 'x {b}', comments: ['Found\nby a search.'] };
  const { at, text: inserted } = promptBehind(parse(text), behind, about);
  return text.slice(0, at) + inserted + text.slice(at);
}

describe('a prompt that belongs to another one', () => {
  test('stands behind its template, with where it comes from on a line', () => {
    expect(added(file, 'one')).toBe(
      '---\nanswer: b\n---\n@prompt one\n{*2} {b}\n\n@# Found by a search.\n@prompt words\nx {b}\n\n@# about two\n@prompt two\n{b}\n',
    );
  });

  test('stands at the end where the other one is last or gone', () => {
    expect(added(file, 'two')).toMatch(
      /\{b\}\n\n@# Found by a search\.\n@prompt words\nx \{b\}\n$/,
    );
    expect(added(file, 'gone')).toBe(added(file, 'two'));
  });

  test('has the line breaks of the file', () => {
    expect(added(file.replaceAll('\n', '\r\n'), 'one')).toBe(
      added(file, 'one').replaceAll('\n', '\r\n'),
    );
  });
});

test('a new name is the wanted one, or the first free number behind it', () => {
  expect(newPromptName(parse(file), 'words')).toBe('words');
  expect(newPromptName(parse(added(file, 'one')), 'words')).toBe('words-2');
  expect(newPromptName(parse(added(added(file, 'one'), 'one', 'words-2')), 'words')).toBe(
    'words-3',
  );
});

test('whatever the file, every other prompt stays as it was', () => {
  fc.assert(
    fc.property(texts, fc.nat(3), (text, which) => {
      const before = parse(text);
      const name = newPromptName(before, 'words');
      const behind = before.prompts[which]?.name ?? 'none';
      const after = parse(added(text, behind, name));
      const templates = (of: typeof before) =>
        of.prompts.filter((prompt) => prompt.name !== name).map((prompt) => prompt.templateText);
      if (before.prompts.length === 0) return;
      expect(templates(after)).toEqual(templates(before));
      expect(after.prompts.find((prompt) => prompt.name === name)?.templateText).toBe('x {b}');
    }),
    { numRuns: 300 },
  );
});
