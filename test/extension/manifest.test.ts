/** What package.json promises against what the extension does. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { read, root, sourcesBelow } from '../support/project.ts';

interface Manifest {
  readonly icon: string;
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
    readonly colors: readonly { readonly id: string }[];
    readonly languages: readonly { readonly id: string; readonly configuration: string }[];
    readonly grammars: readonly { readonly path: string }[];
  };
}

const manifest = JSON.parse(read('package.json')) as Manifest;
const { commands, menus, configuration, colors, languages, grammars } = manifest.contributes;
const sources = sourcesBelow('src/extension').map((path) => ({ path, text: read(path) }));

/** The names of an interface's members. */
function membersOf(path: string, name: string): string[] {
  const tree = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest);
  const found = tree.statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  ) as ts.InterfaceDeclaration;
  return found.members.map((member) => (member.name as ts.StringLiteral).text);
}

describe('package.json', () => {
  it('declares the commands that the extension registers, all in one category', () => {
    const table = membersOf('src/extension/commands.ts', 'CommandArguments');
    expect(commands.map(({ command }) => command).sort()).toEqual(table.sort());
    expect(new Set(commands.map(({ category }) => category))).toEqual(new Set(['PTune']));
    const inMenus = Object.values(menus).flat();
    for (const { command } of inMenus) expect(table).toContain(command);
  });

  it('declares the settings that the extension reads', () => {
    const table = membersOf('src/extension/settings.ts', 'Settings');
    expect(Object.keys(configuration.properties).sort()).toEqual(table.sort());
  });

  it('declares the colors that the extension uses', () => {
    const text = sources.find(({ path }) => path.endsWith('decorations.ts'))!.text;
    const used = [...text.matchAll(/'(ptune\.\w*(?:[sS]core|training))'/g)].map(([, id]) => id!);
    expect(colors.map(({ id }) => id).sort()).toEqual(used.sort());
  });

  it('starts the extension for its language and its report', () => {
    expect(manifest.activationEvents).toEqual(['onLanguage:ptune', 'onWebviewPanel:ptune.report']);
    expect(languages.map(({ id }) => id)).toEqual(['ptune']);
    expect(read('src/extension/report/reportPanel.ts')).toContain("viewType = 'ptune.report'");
  });

  it('names files that exist', () => {
    const icons = languages.flatMap(
      ({ configuration: file, ...rest }) =>
        [file, ...Object.values((rest as never)['icon'])] as string[],
    );
    const paths = [manifest.icon, ...icons, ...grammars.map(({ path }) => path)];
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

it('every command id in the extension is one of the table', () => {
  const table = membersOf('src/extension/commands.ts', 'CommandArguments');
  const settings = membersOf('src/extension/settings.ts', 'Settings');
  const known = new Set([...table, ...settings, ...colors.map(({ id }) => id)]);
  const others = new Set([
    'ptune.isTraining',
    'ptune.isWaiting',
    'ptune.models',
    'ptune.report',
    'ptune.runs',
    'ptune.runs.focus',
  ]);
  const unknown = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/'(ptune\.[A-Za-z.]+)'/g)]
      .map(([, id]) => id!)
      .filter((id) => !known.has(id) && !others.has(id))
      .map((id) => `${path}: ${id}`),
  );
  expect(unknown).toEqual([]);
});
