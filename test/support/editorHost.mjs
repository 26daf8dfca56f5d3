/**
 * A Node process in the place of VS Code's extension host: loads a bundle, and where it is the
 * extension, activates it with one open document and waits for its diagnostics. Prints what it did,
 * how much processor time Node itself, loading and activating took, and every native library and
 * module that the process has loaded, as JSON.
 *
 *   node editorHost.mjs BUNDLE [DOCUMENT]
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [bundle, documentPath] = process.argv.slice(2);
const seen = { commands: [], diagnostics: [], failed: [] };

/** Any part of the editor's interface that nothing here depends on. */
const anything = new Proxy(function nothing() {}, {
  get: (target, key) => {
    if (key === 'then' || key === Symbol.toPrimitive || key === Symbol.iterator) return undefined;
    return key === 'prototype' ? target.prototype : anything;
  },
  apply: () => anything,
  construct: () => anything,
});

/** An object with these members, and anything beside them. */
const partly = (members) =>
  new Proxy(members, { get: (own, key) => (key in own ? own[key] : anything) });

class EventEmitter {
  #listeners = [];
  event = (listener) => {
    this.#listeners.push(listener);
    return { dispose() {} };
  };
  fire(value) {
    for (const listener of this.#listeners) listener(value);
  }
  dispose() {}
}

const text = documentPath === undefined ? '' : readFileSync(documentPath, 'utf8');
const document = {
  languageId: 'ptune',
  version: 1,
  isClosed: false,
  uri: { scheme: 'file', fsPath: documentPath, path: documentPath, toString: () => documentPath },
  getText: () => text,
  positionAt: (offset) => ({ line: text.slice(0, offset).split('\n').length - 1, character: 0 }),
};

const log = partly({ error: (error) => seen.failed.push(String(error)) });
const vscode = partly({
  EventEmitter,
  commands: partly({
    registerCommand: (id) => {
      seen.commands.push(id);
      return anything;
    },
  }),
  languages: partly({
    createDiagnosticCollection: () =>
      partly({ set: (uri, diagnostics) => seen.diagnostics.push(diagnostics.length) }),
  }),
  window: partly({ createOutputChannel: () => log, visibleTextEditors: [] }),
  workspace: partly({ textDocuments: documentPath === undefined ? [] : [document] }),
});

const load = Module._load;
Module._load = (request, ...rest) => (request === 'vscode' ? vscode : load(request, ...rest));

const require = createRequire(import.meta.url);
// Processor time: that of the clock says more of what else the machine does.
const milliseconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const times = {};
const storage = mkdtempSync(join(tmpdir(), 'ptune-host-'));
process.on('exit', () => rmSync(storage, { recursive: true, force: true }));
const began = milliseconds();
times.node = began;
const { activate } = require(bundle);
times.load = milliseconds() - began;
if (activate !== undefined) {
  const asAbsolutePath = (path) => new URL(`../../${path}`, import.meta.url).pathname;
  const globalStorageUri = { fsPath: storage };
  const activating = milliseconds();
  activate(partly({ asAbsolutePath, globalStorageUri, subscriptions: [] }));
  times.activate = milliseconds() - activating;
  const until = performance.now() + 10_000;
  while (seen.diagnostics.length === 0 && performance.now() < until) await sleep(20);
  // Scores and lenses have their turn, too.
  await sleep(300);
}
const maps = '/proc/self/maps';
const loaded = [
  ...process.report.getReport().sharedObjects,
  ...Object.keys(require.cache),
  ...(existsSync(maps) ? readFileSync(maps, 'utf8').split('\n') : []),
];
const report = { ...seen, times, runtime: loaded.filter((path) => /onnxruntime/i.test(path)) };
process.stdout.write(JSON.stringify({ ...report, loaded: loaded.length }), () => process.exit(0));
