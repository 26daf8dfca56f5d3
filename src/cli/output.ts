/** What the command line writes: results to standard output, everything else to standard error. */
import { exitStatus, toPtuneError } from '../base/errors.ts';
import { visibleText } from '../base/visibleText.ts';

/** Where a command writes, and how. */
export interface Output {
  /** Machine-readable output alone goes to standard output. */
  readonly json: boolean;
  /** ANSI colors on standard output. */
  readonly color: boolean;
  /** Standard error is a terminal, on which a line can be redrawn. */
  readonly live: boolean;
}

/** The output for this process; `NO_COLOR` and pipes are plain. */
export function outputFor(json: boolean): Output {
  const plain = (process.env['NO_COLOR'] ?? '') !== '' || process.env['TERM'] === 'dumb';
  return {
    json,
    color: process.stdout.isTTY && !plain && !json,
    live: process.stderr.isTTY && !plain && (process.env['CI'] ?? '') === '',
  };
}

/**
 * Ends quietly when nobody reads standard output any more, as in `ptune train --json | head`: like an
 * interruption, after which a training keeps what it has.
 */
export function endWithReader(): void {
  let told = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (told) return;
    told = true;
    if (!process.emit('SIGINT')) process.exit(130);
  });
}

/** Writes a line of the result. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Writes a value as one line of JSON. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Writes a line beside the result; what it quotes of files and models cannot steer a terminal. */
export function note(text: string): void {
  process.stderr.write(`${visibleText(text)}\n`);
}

/** Says what went wrong and what to do next; gives the exit status. */
export function report(thrown: unknown): number {
  const error = toPtuneError(thrown);
  if (error.kind === 'cancelled') {
    note(error.message);
  } else {
    note(`ptune: ${error.message}`);
    if (error.nextStep) note(`       ${error.nextStep}`);
    if (error.kind === 'bug' && error.stack && process.env['PTUNE_DEBUG']) note(error.stack);
    note(`       (${error.code})`);
  }
  return exitStatus[error.kind];
}
