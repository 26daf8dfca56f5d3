/** Files of Prompty: settings as YAML between `---` lines, then a template, perhaps with roles. */
import { basename } from 'node:path';
import { isNode } from 'yaml';
import { fromMustache } from './mustache.ts';
import { readYaml, textOf } from './yaml.ts';
import { readText, unreadable } from './readFile.ts';
import { plainName, type ImportedTask } from './written.ts';

/** Reads a `.prompty` file. Throws `import/unreadable` where it has no settings. */
export async function readPrompty(path: string): Promise<ImportedTask> {
  const text = (await readText(path)).replaceAll('\r\n', '\n');
  const match = /^---\n([^]*?)\n---(?:\n|$)([^]*)$/.exec(text);
  if (!match) throw unreadable(path, 'it does not start with settings between two "---" lines');
  const { document, placeOf, valueOf } = await readYaml(path, match[1]);
  const warnings: string[] = [];
  for (const key of ['model', 'outputs', 'tools', 'base']) {
    const node = document.get(key, true);
    if (isNode(node)) warnings.push(`${placeOf(node)}: "${key}" is left out.`);
  }
  const body = match[2]!;
  const roles = body.match(/^(system|user|assistant|developer):[ \t]*$/gm) ?? [];
  if (roles.length > 0) {
    warnings.push(
      `${basename(path)}: the roles ${roles.map((role) => role.trim()).join(' ')} are left out and their texts stand one after the other; "chat: true" puts them into a model's chat template as one message.`,
    );
  }
  const plain = body.replace(/^(system|user|assistant|developer):[ \t]*\n/gm, '').trim();
  const found = fromMustache(plain, basename(path));
  const settings = valueOf(document.contents) as { name?: unknown; sample?: unknown };
  const { sample } = settings;
  const values = typeof sample === 'object' && sample !== null ? sample : {};
  if (typeof sample === 'string')
    warnings.push(`${basename(path)}: the sample in another file is left out.`);
  const row = {
    ...Object.fromEntries(found.columns.map((column) => [column, 'an example'])),
    ...Object.fromEntries(Object.entries(values).map(([key, value]) => [key, textOf(value)])),
  };
  warnings.push(
    ...found.warnings,
    'A sample of Prompty has no answer: put your own examples with their answers into the data file.',
  );
  return {
    kind: 'Prompty',
    name: plainName(
      typeof settings.name === 'string' ? settings.name : basename(path, '.prompty'),
      'prompty',
    ),
    answer: 'answer',
    prompts: [{ name: 'imported', template: `${found.template} {answer}` }],
    data: {
      train: [
        { ...row, answer: 'yes' },
        { ...row, answer: 'no' },
      ],
    },
    warnings,
  };
}
