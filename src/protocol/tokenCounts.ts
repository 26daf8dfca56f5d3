/** How many tokens the prompts of a file have: what the editor asks of its counting thread. */

/** The length of one prompt over the examples of its data, virtual tokens and answer included. */
export interface PromptTokens {
  readonly name: string;
  /** Which of the prompts of this name it is, from 0; two are an error, and stand there while typing. */
  readonly twin: number;
  /** Tokens of the shortest and of the longest input that were counted. */
  readonly least: number;
  readonly most: number;
  readonly virtual: number;
  /** Where the longest example comes from, "file:line". */
  readonly longest: string;
  /** Some slot may be cut where the input is too long. */
  readonly canShorten: boolean;
}

/** The counts of a file's prompts; those that cannot be counted are left out. */
export interface TokenCounts {
  /** Longest input that the model reads, in tokens; absent where there is no limit. */
  readonly limit?: number;
  readonly prompts: readonly PromptTokens[];
}

/** What the editor asks. */
export interface CountRequest {
  readonly id: number;
  /** Absolute path of the `.ptune` file. */
  readonly path: string;
  readonly text: string;
}

/** The answer; without `counts` where model or data cannot be read, which diagnostics tell. */
export interface CountReply {
  readonly id: number;
  readonly counts?: TokenCounts;
}
