/** Configurations of promptfoo: prompts, and tests with variables and what the answer should be. */
import { basename, dirname } from 'node:path';
import { isNode, isScalar, isSeq, type Document } from 'yaml';
import { fromMustache } from './mustache.ts';
import { testsOf } from './promptfooTests.ts';
import { readText, unreadable, within } from './readFile.ts';
import { readYaml, textOf } from './yaml.ts';
import { plainName, type ImportedTask, type Row } from './written.ts';

/** The answer's column. */
const answer = 'expected';

/** What an answer is compared with as a whole or in part. */
const comparing = new Set(['equals', 'contains', 'icontains', 'starts-with']);

/**
 * Reads a configuration.
 *
 * @throws PtuneError `import/unreadable` for a file that is no YAML, `import/outside` for one that
 *   names files elsewhere
 */
export async function readPromptfoo(path: string): Promise<ImportedTask> {
  const { document, placeOf, valueOf } = await readYaml(path);
  const folder = dirname(path);
  const warnings: string[] = [];
  const prompts: { name: string; template: string }[] = [];
  const columns = new Set<string>();
  for (const [i, item] of itemsOf(document, 'prompts').entries()) {
    const place = placeOf(item);
    const value = valueOf(item);
    const own = typeof value === 'string' ? value : (value as { raw?: unknown } | null)?.raw;
    if (typeof own !== 'string') {
      warnings.push(`${place}: this prompt is no text and is left out.`);
      continue;
    }
    const isFile = own.startsWith('file://');
    const text = isFile ? await readText(await within(folder, own.slice('file://'.length))) : own;
    const found = fromMustache(text.trim(), place);
    for (const column of found.columns) columns.add(column);
    warnings.push(...found.warnings);
    prompts.push({ name: `prompt${i + 1}`, template: `${found.template} {${answer}}` });
  }
  if (prompts.length === 0) throw unreadable(path, 'it has no prompt that is a text');
  for (const key of ['providers', 'scenarios', 'transform']) {
    const node = document.get(key, true);
    if (isNode(node)) warnings.push(`${placeOf(node)}: "${key}" is left out.`);
  }
  const shared = valueOf(document.getIn(['defaultTest', 'vars'], true)) ?? {};
  const train: Row[] = [];
  const found = await testsOf(document, folder, { placeOf, valueOf });
  warnings.push(...found.warnings);
  for (const { test, place } of found.tests) {
    const asserts = [test?.assert ?? []].flat() as { type?: unknown; value?: unknown }[];
    const right = asserts.find(
      ({ type, value }) => comparing.has(String(type)) && typeof value !== 'object',
    );
    for (const other of asserts) {
      if (other !== right)
        warnings.push(`${place}: the assertion "${String(other.type)}" is left out.`);
    }
    if (right === undefined) {
      warnings.push(`${place}: this test has no answer to compare with and is left out.`);
      continue;
    }
    const vars = { ...shared, ...test?.vars };
    const row = Object.fromEntries(
      Object.entries(vars).map(([key, value]) => [key, textOf(value)]),
    );
    const empty = Object.fromEntries([...columns].map((column) => [column, '']));
    train.push({ ...empty, ...row, [answer]: textOf(right.value) });
  }
  if (train.length === 0) {
    warnings.push('No test could be used: put your own examples into the data file.');
    const row = Object.fromEntries([...columns].map((column) => [column, 'an example']));
    train.push({ ...row, [answer]: 'yes' }, { ...row, [answer]: 'no' });
  }
  return {
    kind: 'promptfoo',
    name: plainName(basename(path).replace(/\.\w+$/, ''), 'promptfoo'),
    answer,
    prompts,
    data: { train },
    warnings,
  };
}

/** The items of a list; a single value is one. */
function itemsOf(document: Document, key: string): unknown[] {
  const node = document.get(key, true);
  if (isSeq(node)) return node.items;
  return key === 'prompts' && isScalar(node) ? [node] : [];
}
