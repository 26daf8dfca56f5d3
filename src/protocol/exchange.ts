/** What is asked of the trainer to take prompts out of ptune, and what it answers. */

/** The formats that a learned prompt leaves in. */
export const exportFormats = ['peft', 'tokens', 'onnx', 'json', 'npy'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportRequest {
  /** A run's id, or the path of its folder. */
  readonly run: string;
  readonly format: ExportFormat;
  /** The folder to write, relative to `from`; missing or empty. */
  readonly output: string;
  /** Absolute path of the folder in which the run is looked for. */
  readonly from: string;
}

/** A format, and why a run's prompt cannot leave in it where it cannot. */
export interface ExportChoice {
  readonly format: ExportFormat;
  readonly refusal?: string;
}

export interface ExportReply {
  readonly run: string;
  readonly format: ExportFormat;
  /** Absolute path of the folder. */
  readonly output: string;
  /** What lies in it, with "/". */
  readonly files: readonly string[];
  /** What the user should know. */
  readonly warnings: readonly string[];
}

export interface ImportRequest {
  /** Absolute path of what to import. */
  readonly path: string;
  /** Absolute path of the folder to write into. */
  readonly output: string;
  /** The model, as a `.ptune` file in `output` names it; that of the adapter where absent. */
  readonly model?: string;
}

export interface ImportReply {
  /** What was imported: "PEFT P_TUNING", "promptfoo" and so on. */
  readonly kind: string;
  /** Absolute path of the `.ptune` file that was written. */
  readonly file: string;
  /** What else was written, relative to its folder. */
  readonly files: readonly string[];
  /** The id of the run that was made, where vectors were imported. */
  readonly run?: string;
  /** What could not be expressed, each with its place. */
  readonly warnings: readonly string[];
}
