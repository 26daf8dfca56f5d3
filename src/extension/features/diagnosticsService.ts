/** Shows what is wrong with `.ptune` documents while they are written. */
import {
  Diagnostic,
  type DiagnosticCollection,
  DiagnosticRelatedInformation,
  DiagnosticSeverity,
  type Disposable,
  Location,
  type LogOutputChannel,
  type TextDocument,
  languages,
} from 'vscode';
import { checkFile } from '../../data/checkFile.ts';
import { cachedTables } from '../../data/tableCache.ts';
import type * as language from '../../language/diagnostics.ts';
import type { DocumentWatch } from '../documentWatch.ts';
import { isOnDisk, languageId, parsedFile } from '../documents.ts';
import { rangeOf } from './convert.ts';

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
  readonly #checking = new Set<TextDocument>();
  readonly #again = new Set<TextDocument>();
  readonly #found = new WeakMap<TextDocument, Found>();
  readonly #subscriptions: Disposable[];

  constructor(watch: DocumentWatch, log: LogOutputChannel) {
    this.#log = log;
    this.#subscriptions = [
      watch.onDidChange((document) => void this.#check(document)),
      watch.onDidClose(({ uri }) => this.#collection.delete(uri)),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#collection.dispose();
  }

  /** What was found in a document's present text; nothing while it is being checked. */
  found(document: TextDocument): readonly language.Diagnostic[] {
    const found = this.#found.get(document);
    return found?.version === document.version ? found.diagnostics : [];
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
        const found = await diagnosticsOf(document);
        // Places in an older text would be wrong; the change that made it old checks again.
        if (document.isClosed || document.version !== version) continue;
        this.#found.set(document, { version, diagnostics: found });
        this.#collection.set(
          document.uri,
          found.map((one) => converted(one, document)),
        );
      } while (this.#again.has(document));
    } catch (error) {
      this.#log.error(error as Error);
    } finally {
      this.#checking.delete(document);
    }
  }
}

/** Tables that stay as they are, are not read again at every keystroke. */
const readTable = cachedTables();

async function diagnosticsOf(document: TextDocument): Promise<readonly language.Diagnostic[]> {
  if (!isOnDisk(document)) return parsedFile(document).diagnostics;
  return checkFile(document.getText(), document.uri.fsPath, readTable);
}

function converted(found: language.Diagnostic, document: TextDocument): Diagnostic {
  const range = rangeOf(document, found.span);
  const diagnostic = new Diagnostic(range, found.message, severities[found.severity]);
  diagnostic.source = languageId;
  diagnostic.code = found.code;
  diagnostic.relatedInformation = (found.related ?? []).map(({ span, message }) => {
    const place = new Location(document.uri, rangeOf(document, span));
    return new DiagnosticRelatedInformation(place, message);
  });
  return diagnostic;
}
