/** Shows what is wrong with `.ptune` documents while they are written. */
import {
  Diagnostic,
  type DiagnosticCollection,
  DiagnosticRelatedInformation,
  DiagnosticSeverity,
  DiagnosticTag,
  type Disposable,
  Location,
  type LogOutputChannel,
  Position,
  type TextDocument,
  Uri,
  languages,
} from 'vscode';
import type { PtuneFile } from '../../language/ast.ts';
import type * as language from '../../language/diagnostics.ts';
import type { DocumentWatch } from '../documentWatch.ts';
import { isOnDisk, languageId, parsedFile } from '../documents.ts';
import { rangeOf } from './convert.ts';
import type { DiagnosticDocs } from './diagnosticDocs.ts';

const severities: Readonly<Record<language.Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

interface Found {
  readonly version: number;
  readonly diagnostics: readonly language.Diagnostic[];
}

/** Checks every open document again when it or its data changes. */
export class DiagnosticsService implements Disposable {
  readonly #collection: DiagnosticCollection = languages.createDiagnosticCollection(languageId);
  readonly #log: LogOutputChannel;
  readonly #checkFile: CheckFile;
  readonly #docs: Pick<DiagnosticDocs, 'target'>;
  readonly #checking = new Set<TextDocument>();
  readonly #again = new Set<TextDocument>();
  readonly #found = new WeakMap<TextDocument, Found>();
  readonly #subscriptions: Disposable[];

  constructor(
    watch: DocumentWatch,
    log: LogOutputChannel,
    checkFile: CheckFile,
    docs: Pick<DiagnosticDocs, 'target'>,
  ) {
    this.#docs = docs;
    this.#log = log;
    this.#checkFile = checkFile;
    this.#subscriptions = [
      watch.onDidChange((document) => void this.#check(document)),
      watch.onDidClose(({ uri }) => this.#collection.delete(uri)),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#collection.dispose();
  }

  /** What is wrong with a document's present text: what is known, else found now. */
  async current(document: TextDocument): Promise<readonly language.Diagnostic[]> {
    const found = this.#found.get(document);
    return found?.version === document.version ? found.diagnostics : this.#find(document);
  }

  async #find(document: TextDocument): Promise<readonly language.Diagnostic[]> {
    const file = parsedFile(document);
    return isOnDisk(document) ? this.#checkFile(file, document.uri.fsPath) : file.diagnostics;
  }

  /** One check of a document at a time; changes meanwhile make one more after it. */
  async #check(document: TextDocument): Promise<void> {
    if (this.#checking.has(document)) {
      this.#again.add(document);
      return;
    }
    this.#checking.add(document);
    try {
      do {
        this.#again.delete(document);
        const { version } = document;
        const found = await this.#find(document);
        // Places in an older text would be wrong; the change that made it old checks again.
        if (document.isClosed || document.version !== version) continue;
        this.#found.set(document, { version, diagnostics: found });
        this.#collection.set(
          document.uri,
          found.map((one) => converted(one, document, this.#docs)),
        );
      } while (this.#again.has(document));
    } catch (error) {
      this.#log.error(error as Error);
    } finally {
      this.#checking.delete(document);
    }
  }
}

/** Finds everything that is wrong with a file at a path, its data and its model among it. */
export type CheckFile = (file: PtuneFile, path: string) => Promise<readonly language.Diagnostic[]>;

function converted(
  found: language.Diagnostic,
  document: TextDocument,
  docs: Pick<DiagnosticDocs, 'target'>,
): Diagnostic {
  const range = rangeOf(document, found.span);
  const diagnostic = new Diagnostic(range, found.message, severities[found.severity]);
  diagnostic.source = languageId;
  diagnostic.code = { value: found.code, target: docs.target(found.code) };
  if (found.severity === 'hint') diagnostic.tags = [DiagnosticTag.Unnecessary];
  const here = (found.related ?? []).map(({ span, message }) => ({
    place: new Location(document.uri, rangeOf(document, span)),
    message,
  }));
  const elsewhere = (found.relatedLines ?? []).map(({ path, line, message }) => ({
    place: new Location(Uri.file(path), new Position(line, 0)),
    message,
  }));
  diagnostic.relatedInformation = [...here, ...elsewhere].map(
    ({ place, message }) => new DiagnosticRelatedInformation(place, message),
  );
  return diagnostic;
}
