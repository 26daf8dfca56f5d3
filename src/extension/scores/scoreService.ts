/** The scores of all open documents, kept up to date. */
import { type Disposable, EventEmitter, type LogOutputChannel, type TextDocument } from 'vscode';
import type { DocumentWatch } from '../documentWatch.ts';
import { isOnDisk, parsedFile } from '../documents.ts';
import { type FileScores, type ScoreContext, readScores } from './fileScores.ts';

interface Known {
  readonly version: number;
  readonly scores: FileScores | undefined;
}

/** Reads stored scores again whenever a document, its data or its report changes. */
export class ScoreService implements Disposable {
  readonly #context: ScoreContext;
  readonly #log: LogOutputChannel;
  readonly #known = new Map<TextDocument, Known>();
  readonly #changed = new EventEmitter<TextDocument>();
  readonly #subscriptions: Disposable[];

  /** The scores of a document were read again. */
  readonly onDidChange = this.#changed.event;

  constructor(context: ScoreContext, watch: DocumentWatch, log: LogOutputChannel) {
    this.#context = context;
    this.#log = log;
    this.#subscriptions = [
      watch.onDidChange((document) => void this.fresh(document)),
      watch.onDidClose((document) => this.#known.delete(document)),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  /**
   * The scores as they were read last; undefined where there are none, and while the text is newer
   * than they are, since a stale score must not pass for a current one.
   */
  known(document: TextDocument): FileScores | undefined {
    const known = this.#known.get(document);
    return known?.version === document.version ? known.scores : undefined;
  }

  /** The scores as they were read last, for an older text perhaps: only to know if there are any. */
  latest(document: TextDocument): FileScores | undefined {
    return this.#known.get(document)?.scores;
  }

  /** The scores for the text as it is now: those that are known, else read now. */
  async current(document: TextDocument): Promise<FileScores | undefined> {
    const known = this.#known.get(document);
    return known?.version === document.version ? known.scores : this.fresh(document);
  }

  /** The scores for the text as it is now, read again. A report that cannot be read counts as none. */
  async fresh(document: TextDocument): Promise<FileScores | undefined> {
    if (!isOnDisk(document)) return undefined;
    const { version } = document;
    let scores: FileScores | undefined;
    try {
      scores = await readScores(parsedFile(document), document.uri.fsPath, this.#context);
    } catch (error) {
      this.#log.warn((error as Error).message);
    }
    if (document.isClosed || document.version !== version) return scores;
    this.#known.set(document, { version, scores });
    this.#changed.fire(document);
    return scores;
  }
}
