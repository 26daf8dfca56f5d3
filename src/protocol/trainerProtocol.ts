/**
 * The conversation between an editor and its trainer process. The trainer speaks first with one
 * `Hello`; requests exist only after it. Every request gets a reply or an error reply, and all that
 * are open fail when the channel closes (channel.ts).
 */
import type { TrainingEvent } from './events.ts';
import type {
  ExportChoice,
  ExportReply,
  ExportRequest,
  ImportReply,
  ImportRequest,
} from './exchange.ts';
import type { RunComparison } from './runComparison.ts';
import type { ImportanceRequest, ImportanceResult } from './importance.ts';
import type { Summary } from './summary.ts';
import type { TryRequest, TryResult } from './tryInput.ts';
import type { SearchRequest, SearchResult } from './wordSearch.ts';
import type { ProbeRequest, ProbeResult } from './wordings.ts';

/** Both ends must have the same; the extension and its trainer ship together. */
export const protocolVersion = 1;

export interface Hello {
  readonly protocolVersion: number;
  /** Version of ptune. */
  readonly version: string;
  readonly node: string;
  /** Name and version of the engine, such as "onnxruntime 1.30.0". */
  readonly runtime: string;
}

export interface TrainRequest {
  /** Absolute path of the `.ptune` file. */
  readonly path: string;
  /** The editor's text where it differs from the file on disk. */
  readonly text?: string;
  /** Continuous prompts to train; all where absent. */
  readonly prompts?: readonly string[];
  /** In place of the settings' seeds. */
  readonly seeds?: readonly number[];
  /** In place of the settings' steps. */
  readonly steps?: number;
  /** A run that ended early, to go on with in place of training from the start. */
  readonly resume?: string;
  /** Score every learned prompt's controls, too; one of them is trained. */
  readonly controls?: boolean;
  /** Folder for the runs, in place of `.ptune/runs` beside the file. */
  readonly output?: string;
}

export interface ScoreRequest {
  readonly path: string;
  readonly text?: string;
  readonly split: 'train' | 'validation' | 'test';
  /** Score the learned prompts' controls, too. */
  readonly controls?: boolean;
}

/** Runs to compare, the first of which the others are measured against. */
export interface CompareRunsRequest {
  /** Ids, or paths of their folders. */
  readonly runs: readonly string[];
  /** Absolute path of the folder in which ids are looked for. */
  readonly from: string;
}

/** A cached model after it was looked at. */
export interface CheckedModel {
  readonly graphs: readonly {
    readonly file: string;
    /** `reason` says why it cannot be trained. */
    readonly verdict?: { readonly reason?: string | undefined } | undefined;
  }[];
}

/** What the editor may ask of the trainer. */
export interface TrainerRequests {
  train(request: TrainRequest): Promise<Summary>;
  score(request: ScoreRequest): Promise<Summary>;
  /** Scores other wordings of prompts in words. */
  probe(request: ProbeRequest): Promise<ProbeResult>;
  /** Leaves out and exchanges the virtual tokens of a learned prompt. */
  importance(request: ImportanceRequest): Promise<ImportanceResult>;
  /** Searches words in place of a learned prompt's vectors; tells its progress as events. */
  searchWords(request: SearchRequest): Promise<SearchResult>;
  /** Asks every prompt about one input; what it takes stays in memory for the next one. */
  tryInput(request: TryRequest): Promise<TryResult>;
  /** Looks at a cached model again, file by file; fails with `hub/damaged` where one has changed. */
  checkModel(id: string): Promise<CheckedModel>;
  /** Which formats a run's prompt can leave in, as far as can be told without opening the model. */
  exportChoices(request: Pick<ExportRequest, 'run' | 'from'>): Promise<readonly ExportChoice[]>;
  /** Writes a run's prompt as files that other programs read. */
  exportRun(request: ExportRequest): Promise<ExportReply>;
  /** Makes a `.ptune` file of what another program wrote. */
  importPath(request: ImportRequest): Promise<ImportReply>;
  /** Two or more runs side by side. */
  compareRuns(request: CompareRunsRequest): Promise<RunComparison>;
  /** Stops the request in progress after its current step; that request fails as cancelled. */
  cancel(): Promise<void>;
}

/** What the trainer tells unasked. */
export interface TrainerEvents {
  event(event: TrainingEvent): void;
}
