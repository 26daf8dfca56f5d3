/** What the person chose on the page; it survives a new report and a hidden page. */
import type { ScoreChange } from '../src/protocol/importance.ts';
import type { OpenExamples } from '../src/protocol/exampleTable.ts';
import type { Metric } from '../src/protocol/report.ts';
import type { FromReportPage } from '../src/protocol/reportMessages.ts';

export type ExampleFilter = 'all' | 'differ' | 'wrong' | 'fixed' | 'broken';

export interface ViewState {
  /** URI of the file that the page is about, for the editor that opens it again. */
  file?: string;
  filter: ExampleFilter;
  search: string;
  /** The prompt whose answers the filters are about; the best continuous one when absent. */
  compared?: string;
  /** The column that the examples are sorted by; absent for the order of the data. */
  sort?: { readonly column: string; readonly descending: boolean };
  /** A column of examples for every seed, instead of one for the middle seed alone. */
  everySeed?: boolean;
  /** The two prompts that are held against each other. */
  diff?: readonly [from: string, to: string];
  /** The ids of the two runs that are held against each other. */
  runDiff?: readonly [from: string, to: string];
  /** The axis of losses is logarithmic. */
  logLoss?: boolean;
  metric?: Metric;
  /** What the importance of virtual tokens is told in. */
  importance?: keyof ScoreChange;
  /** Nearest tokens are looked for among all tokens, those too that no person can read. */
  allTokens?: boolean;
  /** The step whose vectors are shown, by prompt name; the kept one when absent. */
  readonly steps: Record<string, number>;
  /** The seed whose vectors are shown, by prompt name; the middle one when absent. */
  readonly seeds: Record<string, number>;
  /** Ids of the sections that were folded or unfolded, with whether they are open. */
  readonly open: Record<string, boolean>;
}

/** Where a person tries inputs. */
export interface Trial {
  /** An HTMLElement; this module is also read where there is no DOM. */
  readonly element: object;
  /** Asks for the first time, unless something was asked. */
  begin(): void;
}

/** What every view gets beside the report. */
export interface ViewContext {
  readonly state: ViewState;
  /** Keeps the state. */
  readonly save: () => void;
  /** Asks the editor for something. */
  readonly post: (message: FromReportPage) => void;
  /** There is an editor to open files in. */
  readonly hasEditor: boolean;
  /** The examples of the report, once they are read. */
  readonly examples: Promise<OpenExamples>;
  /**
   * By prompt name, why its score no longer belongs to the file. It changes while the page is shown;
   * what is copied or saved asks for it then.
   */
  stale: Readonly<Record<string, string>>;
  /** Where there is an editor that asks the model. */
  readonly trial?: Trial;
}

/** The state before the person chose anything, over what is left of an earlier one. */
export function viewState(saved: unknown): ViewState {
  const initial: ViewState = { filter: 'all', search: '', steps: {}, seeds: {}, open: {} };
  return typeof saved === 'object' && saved !== null ? { ...initial, ...saved } : initial;
}
