/**
 * The one error class of the project. Diagnostics about a user's text are values (see
 * `language/diagnostics.ts`); a `PtuneError` stops an operation.
 *
 * Every error says three things in this order: what could not be done and why, with names and
 * numbers (`message`), and what to do next (`nextStep`). Its `code` is stable; docs/errors.md has a
 * row for each, and a test compares the two.
 */

/** Who can mend it; also decides the exit status of the command line. */
export type ErrorKind = 'input' | 'environment' | 'unsupported' | 'cancelled' | 'bug';

/** Every error code with its kind. */
export const errorKinds = {
  'file/unreadable': 'input',
  'file/unwritable': 'environment',
  'file/has-errors': 'input',
  'file/no-prompts': 'input',
  'file/no-such-prompt': 'input',
  'prompt/deep-placement': 'input',
  'prompt/no-nearest': 'input',
  'prompt/equal-labels': 'input',
  'data/unreadable': 'input',
  'data/no-examples': 'input',
  'data/too-long': 'input',
  'data/no-token': 'input',
  'cli/usage': 'input',
  'model/not-found': 'input',
  'model/no-weights': 'input',
  'model/unreadable': 'input',
  'model/no-tokenizer': 'input',
  'model/changed': 'input',
  'model/no-chat-template': 'input',
  'model/no-embedding': 'unsupported',
  'model/no-logits': 'unsupported',
  'model/unsupported': 'unsupported',
  'hub/no-model': 'input',
  'hub/no-access': 'environment',
  'hub/unreachable': 'environment',
  'hub/bad-answer': 'environment',
  'hub/refused': 'environment',
  'hub/damaged': 'environment',
  'hub/no-space': 'environment',
  'model/wrong-gradient': 'unsupported',
  'onnx/no-shape': 'unsupported',
  'onnx/unsupported-operator': 'unsupported',
  'autodiff/no-rule': 'unsupported',
  'autodiff/no-path': 'input',
  'autodiff/no-gradient': 'unsupported',
  'run/not-found': 'input',
  'run/unreadable': 'input',
  'run/in-use': 'input',
  'run/newer-format': 'input',
  'reference/unreadable': 'input',
  'search/no-words': 'unsupported',
  'sweep/nothing-to-sweep': 'input',
  'sweep/no-effect': 'input',
  'sweep/not-found': 'input',
  'sweep/changed': 'input',
  'sweep/in-use': 'input',
  'sweep/no-result': 'input',
  'slurm/unavailable': 'environment',
  'slurm/refused': 'environment',
  'export/not-empty': 'input',
  'export/not-possible': 'unsupported',
  'import/unknown': 'input',
  'import/unreadable': 'input',
  'import/does-not-fit': 'input',
  'import/outside': 'input',
  'import/pickle': 'unsupported',
  'import/not-possible': 'unsupported',
  'training/not-finite': 'input',
  'training/cancelled': 'cancelled',
  'runtime/failed': 'environment',
  'runtime/unavailable': 'environment',
  'runtime/no-node': 'environment',
  'trainer/stopped': 'environment',
  'trainer/version': 'environment',
  'bug/invariant': 'bug',
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

/** What an error carries across a process boundary. */
export interface SerializedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly nextStep: string | undefined;
}

/** An operation that could not be done. */
export class PtuneError extends Error {
  readonly code: ErrorCode;
  readonly nextStep: string | undefined;

  constructor(code: ErrorCode, message: string, nextStep?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'PtuneError';
    this.code = code;
    this.nextStep = nextStep;
  }

  get kind(): ErrorKind {
    return errorKinds[this.code];
  }
}

/** The exit status of the command line for a kind of error (docs/command-line.md). */
export const exitStatus: Readonly<Record<ErrorKind, number>> = {
  input: 2,
  environment: 3,
  unsupported: 4,
  cancelled: 130,
  bug: 1,
};

/** Any thrown value as a `PtuneError`; what is not one already is a bug of ours. */
export function toPtuneError(thrown: unknown): PtuneError {
  if (thrown instanceof PtuneError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new PtuneError(
    'bug/invariant',
    message,
    'This is a bug of ptune: report it with the output of "ptune doctor".',
    thrown,
  );
}

export function serializeError(thrown: unknown): SerializedError {
  const { code, message, nextStep } = toPtuneError(thrown);
  return { code, message, nextStep };
}

export function deserializeError(error: SerializedError): PtuneError {
  return new PtuneError(error.code, error.message, error.nextStep);
}

/** Throws a `bug/invariant` error when `condition` does not hold. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new PtuneError('bug/invariant', message);
}

/** Throws `training/cancelled` when `signal` says to stop. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new PtuneError('training/cancelled', 'Cancelled.', 'What was done so far is kept.');
}
