import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filters } from '../../src/language/ast.ts';
import { severities } from '../../src/language/diagnostics.ts';
import { parse } from '../../src/language/parser.ts';
import { settingsSchema, trainShape } from '../../src/language/schema.ts';

const docs = join(import.meta.dirname, '../../docs');
const language = await readFile(join(docs, 'language.md'), 'utf8');

/** The cells of a table's rows whose first cell is code. */
function rows(text: string): string[][] {
  return [...text.matchAll(/^\| (`.*) \|$/gm)].map((row) =>
    row[1]!.split(/(?<!\\)\|/).map((cell) => cell.trim()),
  );
}

test('docs/diagnostics.md has a row for every code, with its severity', async () => {
  const text = await readFile(join(docs, 'diagnostics.md'), 'utf8');
  const documented = rows(text).map(([code, severity]) => [code!.replaceAll('`', ''), severity]);
  expect(documented).toEqual(Object.entries(severities));
});

test('docs/language.md has a row for every setting', () => {
  const first = rows(language).map(([cell]) => cell!.replaceAll('`', ''));
  const keys = [...Object.keys(settingsSchema.shape), ...Object.keys(trainShape)];
  expect(first).toEqual(expect.arrayContaining(keys));
});

test('docs/language.md names every filter', () => {
  for (const filter of filters) expect(language).toContain(`\`${filter}\``);
});

test('the example in docs/language.md has nothing wrong with it', () => {
  const example = /^```\n(---\n[^]*?)^```$/m.exec(language)![1]!;
  const { diagnostics, prompts } = parse(example);
  expect(diagnostics).toEqual([]);
  expect(prompts.map(({ name }) => name)).toEqual(['manual', 'learned']);
});
