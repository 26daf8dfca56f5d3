/**
 * The data of LAMA as the P-tuning authors lay it out: a folder of a relation with `train.jsonl`,
 * `dev.jsonl` and `test.jsonl`, whose rows have `sub_label` and `obj_label`; the relation's template
 * ("The capital of [X] is [Y] .") in a `relations.jsonl` beside it or one folder above.
 */
import { access } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { readText, unreadable } from './readFile.ts';
import { plainName, words, type ImportedTask, type Row } from './written.ts';

/** Whether a folder holds a relation. */
export async function isRelation(folder: string): Promise<boolean> {
  const text = await readText(join(folder, 'train.jsonl')).catch(() => '');
  const first = text.slice(0, text.indexOf('\n') + 1);
  return first.includes('"sub_label"') && first.includes('"obj_label"');
}

/** Reads a relation. Throws `import/unreadable` naming the line that is broken. */
export async function readRelation(folder: string): Promise<ImportedTask> {
  const relation = basename(resolve(folder));
  const template = await templateOf(folder, relation);
  const slots = (template ?? '[X] [Y]')
    .split(/(\[[XY]\])/)
    .map((part) => (part === '[X]' ? '{sub_label}' : part === '[Y]' ? '{obj_label}' : words(part)))
    .join('');
  const warnings =
    template === undefined
      ? [`No relations.jsonl names the template of ${relation}; the prompt "manual" has no words.`]
      : [];
  return {
    kind: 'P-tuning (LAMA)',
    name: plainName(relation, 'relation'),
    answer: 'obj_label',
    prompts: [
      { name: 'manual', template: slots },
      { name: 'learned', template: '{*3} {sub_label} {*3} {obj_label} {*3}' },
    ],
    data: {
      train: await rowsOf(join(folder, 'train.jsonl')),
      validation: await rowsOf(join(folder, 'dev.jsonl')),
      test: await rowsOf(join(folder, 'test.jsonl')),
    },
    warnings,
  };
}

async function rowsOf(path: string): Promise<Row[]> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return [];
  return lines(path, await readText(path)).map(({ value, line }) => {
    const { sub_label: subject, obj_label: object } = value;
    if (typeof subject === 'string' && typeof object === 'string') {
      return { sub_label: subject, obj_label: object };
    }
    throw unreadable(path, `line ${line} has no texts "sub_label" and "obj_label"`);
  });
}

async function templateOf(folder: string, relation: string): Promise<string | undefined> {
  for (const place of [join(folder, 'relations.jsonl'), join(folder, '..', 'relations.jsonl')]) {
    const text = await readText(place).catch(() => '');
    const found = lines(place, text).find(({ value }) => value['relation'] === relation);
    if (typeof found?.value['template'] === 'string') return found.value['template'];
  }
  return undefined;
}

function lines(path: string, text: string): { value: Record<string, unknown>; line: number }[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [{ value: JSON.parse(line) as Record<string, unknown>, line: i + 1 }];
    } catch (error) {
      throw unreadable(path, `line ${i + 1} is no JSON (${(error as Error).message})`, error);
    }
  });
}
