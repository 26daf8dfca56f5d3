/** Tells when a `.ptune` document, or a file that its diagnostics or scores depend on, changes. */
import {
  type Disposable,
  EventEmitter,
  RelativePattern,
  type TextDocument,
  Uri,
  window,
  workspace,
} from 'vscode';
import { isOnDisk, isPtune } from './documents.ts';

const pauseMs = 120;

interface Watched {
  timer: NodeJS.Timeout | undefined;
  /** The files that are watched, joined, to see whether they are still the same. */
  files: string;
  watchers: Disposable[];
}

/** Watches every open `.ptune` document. */
export class DocumentWatch implements Disposable {
  readonly #changed = new EventEmitter<TextDocument>();
  readonly #closed = new EventEmitter<TextDocument>();
  readonly #watched = new Map<TextDocument, Watched>();
  readonly #filesOf: (document: TextDocument) => readonly string[];
  readonly #subscriptions: Disposable[];

  /** The text of a document, or a file beside it, is new. Changes close together come as one. */
  readonly onDidChange = this.#changed.event;
  readonly onDidClose = this.#closed.event;

  /** @param filesOf absolute paths of the files beside a document whose change counts as one of it */
  constructor(filesOf: (document: TextDocument) => readonly string[]) {
    this.#filesOf = filesOf;
    this.#subscriptions = [
      workspace.onDidOpenTextDocument((document) => this.#opened(document)),
      workspace.onDidCloseTextDocument((document) => this.#forget(document)),
      workspace.onDidChangeTextDocument(({ document }) => this.#soon(document)),
      // Models are not watched; who comes back to the window may have changed one elsewhere.
      window.onDidChangeWindowState(({ focused }) => {
        if (focused) for (const document of this.#watched.keys()) this.#soon(document);
      }),
    ];
  }

  /** Begins with the documents that are open already. */
  start(): void {
    for (const document of workspace.textDocuments) this.#opened(document);
  }

  dispose(): void {
    for (const document of [...this.#watched.keys()]) this.#forget(document);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
    this.#closed.dispose();
  }

  #opened(document: TextDocument): void {
    if (!isPtune(document) || this.#watched.has(document)) return;
    this.#watched.set(document, { timer: undefined, files: '', watchers: [] });
    this.#tell(document);
  }

  #forget(document: TextDocument): void {
    const watched = this.#watched.get(document);
    if (watched === undefined) return;
    clearTimeout(watched.timer);
    for (const watcher of watched.watchers) watcher.dispose();
    this.#watched.delete(document);
    this.#closed.fire(document);
  }

  #soon(document: TextDocument): void {
    const watched = this.#watched.get(document);
    if (watched === undefined) return;
    clearTimeout(watched.timer);
    watched.timer = setTimeout(() => this.#tell(document), pauseMs);
  }

  #tell(document: TextDocument): void {
    this.#watchFiles(document);
    this.#changed.fire(document);
  }

  #watchFiles(document: TextDocument): void {
    const watched = this.#watched.get(document);
    if (watched === undefined || !isOnDisk(document)) return;
    const paths = this.#filesOf(document);
    if (watched.files === paths.join('\n')) return;
    watched.files = paths.join('\n');
    for (const watcher of watched.watchers) watcher.dispose();
    watched.watchers = paths.map((path) => {
      const name = /[^/\\]*$/.exec(path)![0];
      const pattern = new RelativePattern(Uri.joinPath(Uri.file(path), '..'), name);
      const watcher = workspace.createFileSystemWatcher(pattern);
      watcher.onDidChange(() => this.#soon(document));
      watcher.onDidCreate(() => this.#soon(document));
      watcher.onDidDelete(() => this.#soon(document));
      return watcher;
    });
  }
}
