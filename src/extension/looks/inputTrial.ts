/** Asks a file's prompts about inputs that a person types, with a trainer that stays warm for a while. */
import { type Disposable, type TextDocument, workspace } from 'vscode';
import { PtuneError } from '../../base/errors.ts';
import type { TryRequest, TryResult } from '../../protocol/tryInput.ts';
import type { Trainer } from '../jobs/trainerProcess.ts';
import type { TrainingController } from '../jobs/trainingController.ts';

/** A trainer that nobody asked for so long gives its memory back. */
const idleMs = 5 * 60_000;

interface Waiting {
  readonly request: TryRequest;
  readonly resolve: (result: TryResult | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** The warm trainer of this window. */
export class InputTrial implements Disposable {
  readonly #training: TrainingController;
  #trainer: Promise<Trainer> | undefined;
  #asking = false;
  #next: Waiting | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(training: TrainingController) {
    this.#training = training;
  }

  dispose(): void {
    this.#release();
  }

  /**
   * Every prompt's answers to an input; undefined when a later input took its place before the model
   * was asked.
   */
  ask(document: TextDocument, input: TryRequest['input']): Promise<TryResult | undefined> {
    if (!workspace.isTrusted) {
      return Promise.reject(
        new PtuneError(
          'runtime/unavailable',
          'Models are run only in a workspace that you trust.',
          'Trust it with "Workspaces: Manage Workspace Trust".',
        ),
      );
    }
    const text = document.isDirty ? { text: document.getText() } : {};
    const request = { path: document.uri.fsPath, ...text, input };
    return new Promise((resolve, reject) => {
      this.#next?.resolve(undefined);
      this.#next = { request, resolve, reject };
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    clearTimeout(this.#idle);
    for (let one = this.#take(); one; one = this.#take()) {
      try {
        one.resolve(await (await this.#started()).tryInput(one.request));
      } catch (error) {
        one.reject(error);
      }
    }
    this.#asking = false;
    this.#idle = setTimeout(() => this.#release(), idleMs);
  }

  #take(): Waiting | undefined {
    const next = this.#next;
    this.#next = undefined;
    return next;
  }

  #started(): Promise<Trainer> {
    if (this.#trainer) return this.#trainer;
    const starting = this.#training.startOther();
    this.#trainer = starting;
    const forget = () => {
      if (this.#trainer === starting) this.#trainer = undefined;
    };
    starting.then((trainer) => void trainer.ended.then(forget), forget);
    return starting;
  }

  #release(): void {
    clearTimeout(this.#idle);
    const trainer = this.#trainer;
    this.#trainer = undefined;
    void trainer?.then(
      (one) => one.dispose(),
      () => undefined,
    );
  }
}
