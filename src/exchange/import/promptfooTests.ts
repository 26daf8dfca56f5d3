/**
 * The tests of a promptfoo configuration: in it, or in files that it names, as YAML, JSON, JSON lines,
 * or a table with a column of variables each and `__expected`.
 */
import { basename, extname } from 'node:path';
import { isScalar, isSeq, type Document } from 'yaml';
import { readTable } from '../../data/table.ts';
import { readText, unreadable, within } from './readFile.ts';
import { readYaml } from './yaml.ts';

/** A test as promptfoo has it. */
export interface FoundTest {
  readonly test: { readonly vars?: object; readonly assert?: unknown } | null;
  /** File and line, for warnings. */
  readonly place: string;
}

interface Reading {
  readonly placeOf: (node: unknown) => string;
  readonly valueOf: (node: unknown) => unknown;
}

/**
 * The tests of a configuration in `folder`.
 *
 * @throws PtuneError `import/outside` for a file elsewhere; `import/unreadable`, and `data/unreadable`
 *   for a table that is broken
 */
export async function testsOf(
  document: Document,
  folder: string,
  { placeOf, valueOf }: Reading,
): Promise<{ tests: FoundTest[]; warnings: string[] }> {
  const node = document.get('tests', true);
  const tests: FoundTest[] = [];
  const warnings: string[] = [];
  for (const item of isSeq(node) ? node.items : isScalar(node) ? [node] : []) {
    const value = valueOf(item);
    if (typeof value !== 'string') {
      tests.push({ test: value as FoundTest['test'], place: placeOf(item) });
      continue;
    }
    const name = value.replace(/^file:\/\//, '');
    if (/\.([cm]?[jt]s|py)(:|$)/.test(name) || /^https?:/.test(name)) {
      const why = 'is a program or lies elsewhere; what it would give is left out';
      warnings.push(
        `${placeOf(item)}: the tests of ${JSON.stringify(name)} are left out: it ${why}.`,
      );
    } else tests.push(...(await testsIn(await within(folder, name))));
  }
  return { tests, warnings };
}

async function testsIn(path: string): Promise<FoundTest[]> {
  switch (extname(path).toLowerCase()) {
    case '.csv':
    case '.tsv':
      // The size is looked at first.
      await readText(path);
      return (await readTable(path)).rows.map(({ values, line }) => ({
        test: testOfRow(values),
        place: `${basename(path)}:${line}`,
      }));
    case '.jsonl':
      return (await readText(path)).split('\n').flatMap((line, i) => {
        if (line.trim() === '') return [];
        const place = `${basename(path)}:${i + 1}`;
        try {
          return [{ test: JSON.parse(line) as FoundTest['test'], place }];
        } catch (error) {
          throw unreadable(path, `line ${i + 1} is no JSON (${(error as Error).message})`, error);
        }
      });
    case '.yaml':
    case '.yml':
    case '.json': {
      // JSON is YAML; below a key a list has places.
      const text = `tests:\n${(await readText(path)).replace(/^/gm, '  ')}`;
      const { document, placeOf, valueOf } = await readYaml(path, text, 1);
      const node = document.get('tests', true);
      if (!isSeq(node)) throw unreadable(path, 'it holds no list of tests');
      return node.items.map((item) => ({
        test: valueOf(item) as FoundTest['test'],
        place: placeOf(item),
      }));
    }
    default:
      throw unreadable(path, 'tests are read from .yaml, .yml, .json, .jsonl, .csv and .tsv');
  }
}

/** Names of columns that say something of the test and are no variable. */
const ownColumn = /^__/;

/** A row: its columns are variables, `__expected` and `__expected1` and so on are assertions. */
function testOfRow(values: Readonly<Record<string, string>>): FoundTest['test'] {
  const entries = Object.entries(values);
  const vars = Object.fromEntries(entries.filter(([name]) => !ownColumn.test(name)));
  const expected = entries.filter(
    ([name, value]) => /^__expected\d*$/.test(name) && value.trim() !== '',
  );
  return { vars, assert: expected.map(([, value]) => assertionOf(value)) };
}

/** The kinds of assertions, by how their names begin; any other word is part of the answer. */
const kind =
  /^(not-)?(equals|i?contains|starts-with|regex|is-|javascript|python|similar|llm-rubric|model-graded|context-|answer-|factuality|levenshtein|rouge|bleu|latency|cost|perplexity|webhook|classifier|moderation|fn|eval|grade|file)/;

/** "icontains: Lima" as promptfoo reads it; a value without a known kind has to be equal. */
function assertionOf(text: string): { readonly type: string; readonly value: string } {
  const match = /^([a-z][a-z-]*)(?:\([^)]*\))?:\s*([^]*)$/.exec(text);
  if (match === null || !kind.test(match[1]!)) return { type: 'equals', value: text.trim() };
  return { type: match[1]!, value: match[2]!.trim() };
}
