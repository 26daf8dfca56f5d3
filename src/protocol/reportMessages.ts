/**
 * What the report page and the editor that shows it say to each other. The page computes nothing
 * and does nothing itself: it gets one value and posts what the person wants.
 */
import type { ExampleTable } from './exampleTable.ts';
import type { LiveTraining } from './liveTraining.ts';
import type { Report } from './report.ts';
import type { TryResult } from './tryInput.ts';
import type { SearchMethod } from './wordSearch.ts';

/** The report to show, in place of the one before. */
export interface ShowReport {
  readonly type: 'report';
  readonly report: Report;
  /** By prompt name, why its score no longer belongs to the file ("template changed"). */
  readonly stale?: Readonly<Record<string, string>>;
  /** URI of the file; the page keeps it in its state, where the editor finds it after a restart. */
  readonly file?: string;
}

/** The examples of the report that was shown last. They come after it, since they can be large. */
export interface ShowExamples {
  readonly type: 'examples';
  readonly examples: ExampleTable;
}

/** The report is the same, and the file has changed. */
export interface ShowStale {
  readonly type: 'stale';
  /** As in `ShowReport`. */
  readonly stale: Readonly<Record<string, string>>;
}

/** There is no report to show; the text says why and what to do next. */
export interface ShowNothing {
  readonly type: 'nothing';
  readonly text: string;
  /** As in `ShowReport`. */
  readonly file?: string;
}

/** The columns that slots of the file's prompts name; an input to try has a value for each. */
export interface ShowSlots {
  readonly type: 'slots';
  readonly columns: readonly string[];
}

/** What came of an input that the page asked about. */
export interface Tried {
  readonly type: 'tried';
  /** That of the question. */
  readonly id: number;
  readonly result?: TryResult;
  /** Why there is no result, for people. */
  readonly problem?: string;
}

/** Unfold a section and bring it into view. */
export interface ShowSection {
  readonly type: 'section';
  /** The section's id on the page. */
  readonly id: string;
}

/** A training of the file goes on; without `live` it has ended. */
export interface ShowLive {
  readonly type: 'live';
  readonly live?: LiveTraining;
}

/** What the editor tells the page. */
export type ToReportPage =
  ShowReport | ShowExamples | ShowStale | ShowNothing | ShowSection | ShowSlots | Tried | ShowLive;

/** The page listens; the editor answers with a report. */
export interface PageReady {
  readonly type: 'ready';
}

/** Show the `.ptune` file, at a prompt where one is named. */
export interface OpenFile {
  readonly type: 'openFile';
  readonly prompt?: string;
}

export interface TrainPrompt {
  readonly type: 'train';
  readonly prompt: string;
}

/** Score other wordings of a prompt in words. */
export interface ProbePrompt {
  readonly type: 'probe';
  readonly prompt: string;
}

/** Search words that do what a learned prompt does. */
export interface SearchPrompt {
  readonly type: 'searchWords';
  readonly prompt: string;
}

/** Write words that were found into the file, as a prompt of their own. */
export interface InsertWords {
  readonly type: 'insertWords';
  /** The learned prompt. */
  readonly prompt: string;
  /** Which of them. */
  readonly method: SearchMethod;
}

/** Leave out and exchange the virtual tokens of a learned prompt. */
export interface MeasureImportance {
  readonly type: 'importance';
  readonly prompt: string;
}

/** Ask all prompts about one input. */
export interface TryInput {
  readonly type: 'try';
  /** Larger than that of every question before. */
  readonly id: number;
  readonly input: Readonly<Record<string, string>>;
}

/** Put text on the clipboard. */
export interface CopyText {
  readonly type: 'copy';
  readonly text: string;
}

/** Keep a file where the person says. */
export interface SaveFile {
  readonly type: 'save';
  /** The name to begin with. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** Show a run's folder. */
export interface OpenRun {
  readonly type: 'openRun';
  readonly run: string;
}

/** Measure whether runs of the file differ by more than chance. */
export interface CompareRuns {
  readonly type: 'compareRuns';
  /** Ids. */
  readonly runs: readonly string[];
}

/** What the page asks of the editor. */
export type FromReportPage =
  | PageReady
  | OpenFile
  | TrainPrompt
  | ProbePrompt
  | MeasureImportance
  | SearchPrompt
  | InsertWords
  | TryInput
  | CopyText
  | SaveFile
  | CompareRuns
  | OpenRun;
