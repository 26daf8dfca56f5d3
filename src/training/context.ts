/** What a training needs from the outside. */
import type { TrainingEvent } from '../protocol/events.ts';

export interface TrainingContext {
  /** Hears everything that happens. */
  emit(event: TrainingEvent): void;
  /** Aborted to stop after the current step. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  now(): number;
  /** Folder of the bundled models. */
  readonly bundledModels: string;
  /** Version of ptune. */
  readonly version: string;
  /** Threads of the engine; its own choice where absent. */
  readonly threads?: number;
}
