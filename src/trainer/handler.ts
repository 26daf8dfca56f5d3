/** Answers the editor's requests, one at a time. */
import { PtuneError } from '../base/errors.ts';
import { measureImportance } from '../insight/importance/measureImportance.ts';
import { WarmFile } from '../insight/tryInput/warmFile.ts';
import { searchProgress } from '../insight/wordSearch/progress.ts';
import { searchWords } from '../insight/wordSearch/searchWords.ts';
import { probeWordings } from '../insight/wordings/probeWordings.ts';
import type { TrainingEvent } from '../protocol/events.ts';
import { exportChoices } from '../exchange/export/exportChoices.ts';
import { exportRun } from '../exchange/export/exportRun.ts';
import { importPath } from '../exchange/import/importPath.ts';
import type {
  ExportChoice,
  ExportReply,
  ExportRequest,
  ImportReply,
  ImportRequest,
} from '../protocol/exchange.ts';
import type { RunComparison } from '../protocol/runComparison.ts';
import type { ImportanceRequest, ImportanceResult } from '../protocol/importance.ts';
import type { Summary } from '../protocol/summary.ts';
import type {
  CheckedModel,
  CompareRunsRequest,
  ScoreRequest,
  TrainRequest,
  TrainerRequests,
} from '../protocol/trainerProtocol.ts';
import type { TryRequest, TryResult } from '../protocol/tryInput.ts';
import type { SearchRequest, SearchResult } from '../protocol/wordSearch.ts';
import type { ProbeRequest, ProbeResult } from '../protocol/wordings.ts';
import type { TrainingContext } from '../training/context.ts';
import { compareRuns } from '../training/compareRuns.ts';
import { checkCachedModel } from '../training/hubModels.ts';
import { scoreFile } from '../training/scoreFile.ts';
import { trainFile } from '../training/trainFile.ts';

/** What the requests need beside their arguments. */
export interface HandlerOptions {
  /** Hears the events of the request in progress. */
  readonly emit: (event: TrainingEvent) => void;
  /** Folder of the bundled models. */
  readonly bundledModels: string;
  /** Version of ptune. */
  readonly version: string;
}

/** The trainer's side of the conversation. */
export class TrainerHandler implements TrainerRequests {
  readonly #options: HandlerOptions;
  readonly #warmFile = new WarmFile();
  #current: AbortController | undefined;

  constructor(options: HandlerOptions) {
    this.#options = options;
  }

  train(request: TrainRequest): Promise<Summary> {
    return this.#alone((context) => trainFile(request, context));
  }

  score(request: ScoreRequest): Promise<Summary> {
    return this.#alone((context) => scoreFile(request, context));
  }

  probe(request: ProbeRequest): Promise<ProbeResult> {
    return this.#alone((context) => probeWordings(request, context));
  }

  importance(request: ImportanceRequest): Promise<ImportanceResult> {
    return this.#alone((context) => measureImportance(request, context));
  }

  searchWords(request: SearchRequest): Promise<SearchResult> {
    return this.#alone((context) =>
      searchWords(request, context, (event) => context.emit(searchProgress(event))),
    );
  }

  tryInput(request: TryRequest): Promise<TryResult> {
    return this.#alone((context) => this.#warmFile.ask(request, context));
  }

  checkModel(id: string): Promise<CheckedModel> {
    return this.#alone((context) => checkCachedModel(id, context));
  }

  exportChoices(request: Pick<ExportRequest, 'run' | 'from'>): Promise<readonly ExportChoice[]> {
    return this.#alone((context) => exportChoices(request, context));
  }

  exportRun(request: ExportRequest): Promise<ExportReply> {
    return this.#alone((context) => exportRun(request, context));
  }

  importPath(request: ImportRequest): Promise<ImportReply> {
    return this.#alone((context) => importPath(request, context));
  }

  compareRuns({ runs, from }: CompareRunsRequest): Promise<RunComparison> {
    return this.#alone((context) => compareRuns(runs, from, context));
  }

  cancel(): Promise<void> {
    this.#current?.abort();
    return Promise.resolve();
  }

  /** Does one thing at a time: two trainings at once would share the processor and the memory. */
  async #alone<T>(act: (context: TrainingContext) => Promise<T>): Promise<T> {
    if (this.#current !== undefined) {
      throw new PtuneError('bug/invariant', 'The trainer was asked for two things at once.');
    }
    const { emit, bundledModels, version } = this.#options;
    this.#current = new AbortController();
    const { signal } = this.#current;
    const now = () => Date.now();
    try {
      return await act({ emit, signal, now, bundledModels, version });
    } finally {
      this.#current = undefined;
    }
  }
}
