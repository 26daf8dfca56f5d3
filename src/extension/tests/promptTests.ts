/**
 * The Test Explorer: each `.ptune` file is a suite, each prompt a test that passes when it reaches its
 * `expect`. Files are looked for when the explorer asks for them, not when the extension starts.
 */
import {
  type Disposable,
  type FileSystemWatcher,
  type TestController,
  type TestItem,
  type Uri,
  tests,
  workspace,
} from 'vscode';
import { listed } from '../../base/format.ts';
import type { Prompt, PtuneFile } from '../../language/ast.ts';
import { LineMap } from '../../language/lineMap.ts';
import { parse } from '../../language/parser.ts';
import { conditionText } from '../../protocol/expectations.ts';
import type { Registration } from '../commands.ts';
import type { DocumentWatch } from '../documentWatch.ts';
import { isOnDisk, parsedFile } from '../documents.ts';
import { spanRange } from '../features/convert.ts';
import type { TrainingController } from '../jobs/trainingController.ts';
import type { ScoreService } from '../scores/scoreService.ts';
import { addTestProfiles } from './testRuns.ts';

const pattern = '**/*.ptune';
const notOurs = '**/{node_modules,.ptune}/**';

/** Keeps the tests of a window in step with its `.ptune` files. */
export class PromptTests implements Disposable {
  readonly #controller: TestController = tests.createTestController('ptune', 'PTune Prompts');
  readonly #subscriptions: Registration[];
  /** What is shown of each suite, to leave it alone while the words of a template change. */
  readonly #shown = new WeakMap<TestItem, string>();
  #files: FileSystemWatcher | undefined;

  constructor(watch: DocumentWatch, training: TrainingController, scores: ScoreService) {
    const controller = this.#controller;
    controller.resolveHandler = (item) => this.#resolve(item);
    controller.refreshHandler = () => this.#findFiles();
    this.#subscriptions = [
      watch.onDidChange((document) => {
        if (isOnDisk(document)) this.#show(document.uri, parsedFile(document));
      }),
      ...addTestProfiles(controller, { training, scores }, (item) => this.#resolve(item)),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#files?.dispose();
    this.#controller.dispose();
  }

  /** The children of a file, or all files. */
  async #resolve(item: TestItem | undefined): Promise<void> {
    if (item === undefined) await this.#findFiles();
    else if (item.uri !== undefined && item.canResolveChildren) await this.#read(item.uri);
  }

  async #findFiles(): Promise<void> {
    this.#watchFiles();
    const found = await workspace.findFiles(pattern, notOurs);
    const ids = new Set(found.map(String));
    for (const [id, { uri }] of [...this.#controller.items]) {
      const isOpen = workspace.textDocuments.some((document) => document.uri.toString() === id);
      if (uri !== undefined && !ids.has(id) && !isOpen) this.#controller.items.delete(id);
    }
    for (const uri of found) this.#suite(uri);
  }

  #watchFiles(): void {
    if (this.#files !== undefined) return;
    this.#files = workspace.createFileSystemWatcher(pattern);
    // The folder of runs is called .ptune and fits the pattern, too.
    this.#files.onDidCreate((uri) => {
      if (!uri.path.endsWith('/.ptune')) this.#suite(uri);
    });
    this.#files.onDidChange((uri) => {
      if (!uri.path.endsWith('/.ptune')) void this.#read(uri);
    });
    this.#files.onDidDelete((uri) => this.#controller.items.delete(uri.toString()));
  }

  #suite(uri: Uri): TestItem {
    const known = this.#controller.items.get(uri.toString());
    if (known !== undefined) return known;
    const label = workspace.asRelativePath(uri);
    const item = this.#controller.createTestItem(uri.toString(), label, uri);
    item.canResolveChildren = true;
    this.#controller.items.add(item);
    return item;
  }

  async #read(uri: Uri): Promise<void> {
    const open = workspace.textDocuments.find((document) => String(document.uri) === String(uri));
    if (open !== undefined) {
      this.#show(uri, parsedFile(open));
      return;
    }
    try {
      const text = new TextDecoder().decode(await workspace.fs.readFile(uri));
      this.#show(uri, parse(text));
    } catch (error) {
      this.#suite(uri).error = `The file cannot be read: ${(error as Error).message}`;
    }
  }

  #show(uri: Uri, file: PtuneFile): void {
    const suite = this.#suite(uri);
    suite.error = undefined;
    // What was measured belongs to the text as it was.
    this.#controller.invalidateTestResults(suite);
    const map = new LineMap(file.text);
    const shown = JSON.stringify(
      file.prompts.map(({ name, headSpan, expect }) => [
        name,
        map.position(headSpan.start).line,
        headSpan.end - headSpan.start,
        expect,
      ]),
    );
    if (this.#shown.get(suite) === shown) return;
    this.#shown.set(suite, shown);
    const items = file.prompts.map((prompt, order) => {
      const id = `${uri.toString()}#${prompt.name}`;
      const item = suite.children.get(id) ?? this.#controller.createTestItem(id, prompt.name, uri);
      item.range = spanRange(map, prompt.headSpan);
      item.description = expectText(prompt);
      item.sortText = String(order).padStart(6, '0');
      return item;
    });
    suite.children.replace(items);
  }
}

function expectText({ expect }: Prompt): string {
  if (expect.length === 0) return 'no expect';
  return listed(expect.map((one) => conditionText({ ...one, threshold: one.value })));
}
