/** Tries again what may go better next time. */
import { setTimeout as pause } from 'node:timers/promises';
import { duration } from '../base/format.ts';
import { PtuneError, throwIfCancelled } from '../base/errors.ts';

/** A failure that may pass, with the error to tell when it does not. */
export class Transient extends Error {
  readonly error: PtuneError;
  /** How long the server asked to wait, in milliseconds. */
  readonly afterMs: number | undefined;

  constructor(error: PtuneError, afterMs?: number) {
    super(error.message);
    this.error = error;
    this.afterMs = afterMs;
  }
}

export interface RetryPolicy {
  readonly attempts: number;
  readonly firstPauseMs: number;
}

/** Nobody waits longer than this for a server that asks for time, in milliseconds. */
const patienceMs = 5 * 60_000;

/**
 * What `act` gives, tried again after a `Transient` until `attempts` in a row got nowhere. `act` calls
 * its argument when it got somewhere.
 *
 * @throws PtuneError the last one; `training/cancelled` once `signal` says so
 */
export async function withRetries<T>(
  policy: RetryPolicy,
  signal: AbortSignal,
  act: (gotSomewhere: () => void) => Promise<T>,
): Promise<T> {
  let failures = 0;
  for (;;) {
    throwIfCancelled(signal);
    try {
      return await act(() => (failures = 0));
    } catch (error) {
      throwIfCancelled(signal);
      if (!(error instanceof Transient)) throw error;
      failures++;
      if (failures >= policy.attempts) throw error.error;
      const asked = error.afterMs ?? 0;
      if (asked > patienceMs) throw tooBusy(error.error, asked);
      const doubled = Math.min(policy.firstPauseMs * 2 ** (failures - 1), 30_000);
      await pause(Math.max(asked, doubled), undefined, { signal }).catch(() => undefined);
    }
  }
}

function tooBusy({ code, message }: PtuneError, afterMs: number): PtuneError {
  const time = duration(afterMs / 1000);
  return new PtuneError(code, message, `It asks to come back in ${time}; try again then.`);
}

/** The milliseconds that a `Retry-After` header asks for: seconds or a date (RFC 9110, 10.2.3). */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
