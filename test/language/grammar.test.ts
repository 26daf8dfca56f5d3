import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filters } from '../../src/language/ast.ts';
import { parse } from '../../src/language/parser.ts';
import { codesOf, withSettings } from './marked.ts';

interface Rule {
  readonly include?: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly while?: string;
  readonly name?: string;
  readonly patterns?: readonly Rule[];
  readonly captures?: Readonly<Record<string, Rule>>;
  readonly repository?: Readonly<Record<string, Rule>>;
}

async function mediaFile<T>(name: string): Promise<T> {
  const text = await readFile(join(import.meta.dirname, '../../media', name), 'utf8');
  return JSON.parse(text) as T;
}

const grammar = await mediaFile<Rule>('ptune.tmLanguage.json');
const rules = grammar.repository!;

function everyRule(rule: Rule): Rule[] {
  const inside = [rule.patterns, rule.captures, rule.repository].flatMap((part) =>
    Object.values(part ?? {}),
  );
  return [rule, ...inside.flatMap(everyRule)];
}

/** A pattern of the grammar for one line that is not the file's first. */
function pattern(source: string | undefined): RegExp {
  return new RegExp(source!.replaceAll('\\A', '^'), 'u');
}

describe('the grammar', () => {
  test('includes only rules that it has, and YAML', () => {
    const included = everyRule(grammar).flatMap(({ include }) => include ?? []);
    const known = ['source.yaml', ...Object.keys(rules).map((name) => `#${name}`)];
    expect(known).toEqual(expect.arrayContaining(included));
    expect(included).toEqual(expect.arrayContaining(known));
  });

  test('has patterns that compile', () => {
    for (const { match, begin, end, while: goesOn } of everyRule(grammar)) {
      for (const source of [match, begin, end, goesOn]) {
        if (source !== undefined)
          expect(() => pattern(source.replaceAll('\\"', '"'))).not.toThrow();
      }
    }
  });

  test('colors the filters that the language has, and no other', () => {
    const filter = pattern(rules['slot']!.patterns![0]!.match);
    for (const name of filters) expect(filter.exec(`|${name}}`)?.[2]).toBe(name);
    expect(filter.exec('|uper}')?.[3]).toBe('uper');
    expect(filter.exec('|trimmed}')?.[3]).toBe('trimmed');
  });

  test.each(['a', 'learned-mlp', 'A_1', '2nd', '-a', 'ü'])(
    'takes "%s" for a name as the parser does',
    (name) => {
      const accepted = codesOf(withSettings(`@prompt ${name}\n{capital}`)).length === 0;
      const colored = pattern(rules['prompt']!.match).exec(`@prompt ${name}`)?.[2] === name;
      expect(colored).toBe(accepted);
    },
  );

  test('tells a misspelled directive from a comment, a prompt and an escape', () => {
    const scopes = (line: string) =>
      ['comment', 'prompt', 'escapedAt', 'unknownDirective'].find((name) =>
        pattern(rules[name]!.match).test(line),
      );
    expect(['@# x', '@prompt a', '@@x', '@promt a', '@prompts a'].map(scopes)).toEqual([
      'comment',
      'prompt',
      'escapedAt',
      'unknownDirective',
      'unknownDirective',
    ]);
  });

  test('ends the settings at the fence or the first directive, as the parser does', () => {
    const goesOn = pattern(rules['settings']!.patterns![0]!.while);
    expect(['model: a', '', '---', '--- ', '@prompt a'].map((line) => goesOn.test(line))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

test('the comment that the editor toggles is a comment', async () => {
  const { comments } = await mediaFile<{
    comments: { lineComment: { comment: string; noIndent: boolean } };
  }>('language-configuration.json');
  const { comment, noIndent } = comments.lineComment;
  // A comment stands in the first column, however far its line is indented.
  expect(noIndent).toBe(true);
  const file = parse(withSettings(`${comment} hello\n@prompt a\n{capital}`));
  expect(file.comments.map(({ text }) => text)).toEqual(['hello']);
});
