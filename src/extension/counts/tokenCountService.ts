/** The token counts of open documents, made in a thread of their own after a pause in typing. */
import { type Disposable, EventEmitter, type LogOutputChannel, type TextDocument } from 'vscode';
import { Worker } from 'node:worker_threads';
import type { CountReply, CountRequest, TokenCounts } from '../../protocol/tokenCounts.ts';
import type { DocumentWatch } from '../documentWatch.ts';
import { isOnDisk } from '../documents.ts';

const pauseMs = 400;
/** The thread ends when nobody has asked for this long: a tokenizer takes tens of megabytes. */
const idleMs = 60_000;

/** Keeps the counts of every open document. */
export class TokenCountService implements Disposable {
  readonly #script: string;
  readonly #bundledFolder: string;
  readonly #log: LogOutputChannel;
  readonly #changed = new EventEmitter<TextDocument>();
  readonly #counts = new WeakMap<TextDocument, TokenCounts>();
  readonly #waiting = new Map<TextDocument, NodeJS.Timeout>();
  readonly #asked = new Map<number, TextDocument>();
  readonly #subscriptions: Disposable[];
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #last = 0;

  /** The counts of a document are new. */
  readonly onDidChange = this.#changed.event;

  /** @param script the bundle of the counting thread */
  constructor(
    watch: DocumentWatch,
    places: { readonly script: string; readonly bundledFolder: string },
    log: LogOutputChannel,
  ) {
    this.#script = places.script;
    this.#bundledFolder = places.bundledFolder;
    this.#log = log;
    this.#subscriptions = [
      watch.onDidChange((document) => this.#soon(document)),
      watch.onDidClose((document) => this.#forget(document)),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#end();
    this.#changed.dispose();
  }

  /** The counts as they were made last, for an older text perhaps; undefined before the first. */
  known(document: TextDocument): TokenCounts | undefined {
    return this.#counts.get(document);
  }

  #soon(document: TextDocument): void {
    if (!isOnDisk(document)) return;
    clearTimeout(this.#waiting.get(document));
    this.#waiting.set(
      document,
      setTimeout(() => this.#ask(document), pauseMs),
    );
  }

  #forget(document: TextDocument): void {
    clearTimeout(this.#waiting.get(document));
    this.#waiting.delete(document);
  }

  #ask(document: TextDocument): void {
    this.#waiting.delete(document);
    const id = ++this.#last;
    this.#asked.set(id, document);
    const request: CountRequest = { id, path: document.uri.fsPath, text: document.getText() };
    this.#thread().postMessage(request);
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#end(), idleMs);
  }

  #thread(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(this.#script, { workerData: { bundledFolder: this.#bundledFolder } });
    worker.on('message', (reply: CountReply) => this.#answered(reply));
    worker.on('error', (error) => {
      this.#log.warn(`Tokens cannot be counted: ${error.message}`);
      if (this.#worker === worker) this.#end();
    });
    this.#worker = worker;
    return worker;
  }

  #answered({ id, counts }: CountReply): void {
    const document = this.#asked.get(id);
    this.#asked.delete(id);
    if (document === undefined || document.isClosed) return;
    if (counts === undefined) this.#counts.delete(document);
    else this.#counts.set(document, counts);
    this.#changed.fire(document);
  }

  #end(): void {
    clearTimeout(this.#idle);
    void this.#worker?.terminate();
    this.#worker = undefined;
    this.#asked.clear();
  }
}
