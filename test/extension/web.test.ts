/** The bundle for VS Code in a browser: it has nothing of Node, and starts where there is none of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildBundles } from '../support/cli.ts';
import { read, root } from '../support/project.ts';

beforeAll(buildBundles, 60_000);

test('names no module but the editor itself', () => {
  const { bundles } = JSON.parse(read('dist/build.json')) as {
    bundles: Record<string, { externals: string[] }>;
  };
  expect(bundles['web.cjs']!.externals).toEqual(['vscode']);
  // The other entry does name modules of Node, so the list would show them.
  expect(bundles['extension.cjs']!.externals).toContain('node:child_process');
  expect(JSON.parse(read('package.json'))).toMatchObject({ browser: './dist/web.cjs' });
});

describe('in a world with no global but those of a browser', () => {
  const text = '---\nmodel: bundled/mini-mlm\nanswr: capital\n---\n@prompt a\n{*2 {capital}\n';
  const seen = { commands: [] as string[], diagnostics: [] as string[], said: [] as string[] };
  let commands: Map<string, () => unknown>;

  beforeAll(() => {
    commands = new Map();
    const anything: unknown = new Proxy(function nothing() {}, {
      get: (target, key) =>
        key === 'then' || typeof key === 'symbol'
          ? undefined
          : key === 'prototype'
            ? (target.prototype as unknown)
            : anything,
      apply: () => anything,
      construct: () => anything as object,
    });
    const partly = (members: object): object =>
      new Proxy(members, {
        get: (own, key) => (key in own ? own[key as keyof typeof own] : anything),
      });
    class EventEmitter {
      readonly listeners: ((value: unknown) => void)[] = [];
      readonly event = (listener: (value: unknown) => void) => void this.listeners.push(listener);
      fire(value: unknown) {
        for (const listener of this.listeners) listener(value);
      }
    }
    const document = {
      languageId: 'ptune',
      version: 1,
      isClosed: false,
      uri: { scheme: 'vscode-vfs', path: '/a.ptune', toString: () => 'vscode-vfs:///a.ptune' },
      getText: () => text,
      positionAt: (offset: number) => ({ offset }),
    };
    const vscode = partly({
      EventEmitter,
      // What a diagnostic is made of does not matter here, but its message.
      Diagnostic: class {
        readonly message: string;
        constructor(_range: unknown, message: string) {
          this.message = message;
        }
      },
      commands: partly({
        registerCommand: (id: string, act: () => unknown) => {
          commands.set(id, act);
          return anything;
        },
      }),
      languages: partly({
        createDiagnosticCollection: () =>
          partly({
            set: (_uri: unknown, found: { message: string }[]) =>
              seen.diagnostics.push(...found.map(({ message }) => message)),
          }),
      }),
      window: partly({
        showInformationMessage: (message: string) => {
          seen.said.push(message);
          return Promise.resolve(undefined);
        },
      }),
      workspace: partly({ textDocuments: [document] }),
    });
    const module = { exports: {} as { activate: (context: unknown) => void } };
    const required = (name: string): unknown => {
      if (name === 'vscode') return vscode;
      throw new Error(`There is no module "${name}" in a browser.`);
    };
    const world = createContext({
      ...{ module, exports: module.exports, require: required },
      ...{ TextEncoder, TextDecoder, URL, setTimeout, clearTimeout, structuredClone },
    });
    runInContext(readFileSync(join(root, 'dist/web.cjs'), 'utf8'), world);
    module.exports.activate(partly({ subscriptions: [] }));
  });

  test('it checks what is open', async () => {
    await expect.poll(() => seen.diagnostics.length).toBeGreaterThan(0);
    expect(seen.diagnostics.join('\n')).toContain('There is no setting "answr"');
  });

  test('every command is there, and says why nothing is trained', async () => {
    const { contributes } = JSON.parse(read('package.json')) as {
      contributes: { commands: { command: string }[] };
    };
    expect([...commands.keys()].sort()).toEqual(
      contributes.commands.map(({ command }) => command).sort(),
    );
    await commands.get('ptune.train')!();
    expect(seen.said.join('\n')).toContain('a browser has none');
  });
});
