/** Runs one training or scoring at a time and tells everyone how far it is. */
import {
  type CancellationToken,
  type Disposable,
  EventEmitter,
  type LogOutputChannel,
  type Progress,
  ProgressLocation,
  type TextDocument,
  commands,
  window,
} from 'vscode';
import { PtuneError, invariant, toPtuneError } from '../../base/errors.ts';
import type { TrainingEvent } from '../../protocol/events.ts';
import { type LiveTraining, LiveTrainingLog } from '../../protocol/liveTraining.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { CheckedModel, TrainerRequests } from '../../protocol/trainerProtocol.ts';
import type { HubToken } from '../models/hubToken.ts';
import { RunStore } from '../../runs/runStore.ts';
import { findNode } from './nodeRuntime.ts';
import { type Trainer, cancelOrKill, startTrainer } from './trainerProcess.ts';
import {
  type JobKind,
  type TrainingProgress,
  afterEvent,
  fractionDone,
  newProgress,
  progressMessage,
  statusText,
  stepText,
  titleText,
  trainingText,
  trainingWords,
} from './trainingProgress.ts';
import { textSetting } from '../settings.ts';

/** What to do: train the prompts named (all continuous ones without names), or only score. */
export type Job = TrainJob | { readonly kind: 'score' };

interface TrainJob {
  readonly kind: 'train';
  readonly prompts?: readonly string[];
  /** In place of those of the file. */
  readonly seeds?: readonly number[];
  /** In place of the document's. */
  readonly text?: string;
  /** A run that ended early, to go on with. */
  readonly resume?: string;
}

/** A request to a trainer about a file: its path, and its text where that is not on the disk. */
export type Ask<T> = (
  trainer: TrainerRequests,
  file: { readonly path: string; readonly text?: string },
) => Promise<T>;

const refreshMs = 150;

/** The trainer of this window. */
export class TrainingController implements Disposable {
  readonly #script: string;
  readonly #log: LogOutputChannel;
  readonly #token: HubToken;
  readonly #changed = new EventEmitter<void>();
  readonly #startedOrEnded = new EventEmitter<void>();
  #progress: TrainingProgress | undefined;
  #live: LiveTrainingLog | undefined;
  #trainer: Trainer | undefined;
  #cancelled = false;
  #refresh: NodeJS.Timeout | undefined;

  /** The progress is new; at most a few times a second. */
  readonly onDidChange = this.#changed.event;
  readonly onDidStartOrEnd = this.#startedOrEnded.event;

  /** @param script the bundle of the trainer */
  constructor(script: string, log: LogOutputChannel, token: HubToken) {
    this.#script = script;
    this.#log = log;
    this.#token = token;
  }

  dispose(): void {
    clearTimeout(this.#refresh);
    this.#trainer?.dispose();
    this.#changed.dispose();
    this.#startedOrEnded.dispose();
  }

  /** What is in progress, in one line; undefined while there is nothing. */
  get runningText(): string | undefined {
    return this.#progress === undefined ? undefined : progressMessage(this.#progress);
  }

  /** What kind of job is in progress. */
  get kind(): JobKind | undefined {
    return this.#progress?.kind;
  }

  isRunningFor(document: TextDocument): boolean {
    return this.#progress?.path === document.uri.fsPath;
  }

  /** What to show at a prompt's line while it trains. */
  textFor(document: TextDocument, prompt: string): string | undefined {
    if (this.#progress === undefined || !this.isRunningFor(document)) return undefined;
    return trainingText(this.#progress, prompt);
  }

  /** The same in words alone. */
  wordsFor(document: TextDocument, prompt: string): string | undefined {
    if (this.#progress === undefined || !this.isRunningFor(document)) return undefined;
    return trainingWords(this.#progress, prompt);
  }

  /** The id of the run that is in training. */
  get currentRun(): string | undefined {
    return this.#progress?.current?.run;
  }

  /** How far a run is, where it is the one in training. */
  textOfRun(run: string): string | undefined {
    const current = this.#progress?.current;
    return current?.run === run ? stepText(current) : undefined;
  }

  /** The curves of the training that goes on for a file; undefined while there is none. */
  liveFor(path: string): LiveTraining | undefined {
    return this.#progress?.path === path ? this.#live?.value : undefined;
  }

  /**
   * A few words for the status bar while something is in progress.
   *
   * @param shownPath the file that is in front, where one is
   */
  statusText(shownPath: string | undefined): string | undefined {
    return this.#progress === undefined ? undefined : statusText(this.#progress, shownPath);
  }

  /** What is in progress without how far it is. */
  get titleText(): string | undefined {
    return this.#progress === undefined ? undefined : titleText(this.#progress);
  }

  /** The file that is trained or scored. */
  get path(): string | undefined {
    return this.#progress?.path;
  }

  /**
   * Does a job and gives its summary. Fails as cancelled when a person cancels it. With a `token` the
   * caller shows the progress; without, a notification does, which can cancel it.
   */
  run(document: TextDocument, job: Job, token?: CancellationToken): Promise<Summary> {
    return this.#alone(document, job.kind, (trainer, file) => request(trainer, file, job), token);
  }

  /** Asks for a closer look, such as a probe; a notification shows the progress and can cancel it. */
  look<T>(document: TextDocument, ask: Ask<T>): Promise<T> {
    return this.#alone(document, 'look', ask);
  }

  async #alone<T>(
    document: TextDocument,
    kind: JobKind,
    ask: Ask<T>,
    token?: CancellationToken,
  ): Promise<T> {
    invariant(this.#progress === undefined, 'Two jobs were started at once.');
    const path = document.uri.fsPath;
    this.#cancelled = false;
    this.#progress = newProgress(path, kind);
    if (kind === 'train') this.#live = new LiveTrainingLog();
    this.#tellStartOrEnd();
    try {
      if (token !== undefined)
        return await this.#withTrainer(document, kind, ask, undefined, token);
      const location = ProgressLocation.Notification;
      const title = 'PTune';
      return await window.withProgress({ location, title, cancellable: true }, (bar, own) =>
        this.#withTrainer(document, kind, ask, bar, own),
      );
    } catch (error) {
      throw await this.#explained(error);
    } finally {
      clearTimeout(this.#refresh);
      this.#refresh = undefined;
      this.#progress = undefined;
      this.#live = undefined;
      this.#tellStartOrEnd();
    }
  }

  /** Tells everyone that something beside the progress is new. */
  tellChange(): void {
    this.#changed.fire();
    this.#startedOrEnded.fire();
  }

  /** Stops what is in progress. */
  async cancel(): Promise<void> {
    if (this.#progress === undefined) return;
    this.#cancelled = true;
    if (this.#trainer !== undefined) await cancelOrKill(this.#trainer);
  }

  async #withTrainer<T>(
    document: TextDocument,
    kind: JobKind,
    ask: Ask<T>,
    bar: Progress<{ message?: string; increment?: number }> | undefined,
    token: CancellationToken,
  ): Promise<T> {
    bar?.report({ message: kind === 'train' ? 'Starting the trainer' : 'Starting to score' });
    const cancelling = token.onCancellationRequested(() => void this.cancel());
    try {
      return await this.#ask(document, ask, bar);
    } finally {
      // Who cancels later means another job.
      cancelling.dispose();
    }
  }

  async #ask<T>(
    document: TextDocument,
    ask: Ask<T>,
    bar: Progress<{ message?: string; increment?: number }> | undefined,
  ): Promise<T> {
    const node = await this.#findNode();
    const variables = await this.#token.variables();
    if (this.#cancelled) throw cancelledError();
    let shown = 0;
    const trainer = startTrainer({
      node,
      script: this.#script,
      variables,
      log: (line) => this.#log.info(line),
      onEvent: (event) => {
        if (event.type === 'warning') this.#log.warn(event.message);
        this.#live?.add(event);
        if (this.#progress === undefined) return;
        this.#progress = afterEvent(this.#progress, event);
        this.#refresh ??= setTimeout(() => {
          this.#refresh = undefined;
          if (this.#progress === undefined) return;
          const done = fractionDone(this.#progress) * 100;
          bar?.report({ message: progressMessage(this.#progress), increment: done - shown });
          shown = done;
          this.#changed.fire();
        }, refreshMs);
      },
    });
    this.#trainer = trainer;
    try {
      const path = document.uri.fsPath;
      return await ask(trainer, { path, ...(document.isDirty && { text: document.getText() }) });
    } finally {
      this.#trainer = undefined;
      trainer.dispose();
    }
  }

  /** Looks at a model of the cache. */
  checkModel(id: string): Promise<CheckedModel> {
    return this.inOwnProcess(`Verifying ${id}`, (trainer) => trainer.checkModel(id));
  }

  /**
   * Asks a process of its own for something, with a notification that can cancel it. Fails as
   * cancelled then. `onEvent` may say how far it is.
   */
  async inOwnProcess<T>(
    title: string,
    act: (trainer: TrainerRequests) => Promise<T>,
    onEvent: (event: TrainingEvent) => string | undefined = () => undefined,
  ): Promise<T> {
    const node = await this.#findNode();
    const variables = await this.#token.variables();
    const log = (line: string) => this.#log.info(line);
    const location = ProgressLocation.Notification;
    const options = { location, title: `PTune: ${title}`, cancellable: true };
    return window.withProgress(options, async (bar, token) => {
      const trainer = startTrainer({
        node,
        script: this.#script,
        variables,
        log,
        onEvent: (event) => {
          const message = onEvent(event);
          if (message !== undefined) bar.report({ message });
        },
      });
      token.onCancellationRequested(() => void cancelOrKill(trainer));
      try {
        return await act(trainer);
      } catch (error) {
        throw token.isCancellationRequested ? cancelledError() : error;
      } finally {
        trainer.dispose();
      }
    });
  }

  /** Starts a trainer for who keeps and disposes it, beside the one that jobs get. */
  async startOther(): Promise<Trainer> {
    const log = (line: string) => this.#log.info(line);
    return startTrainer({
      node: await this.#findNode(),
      script: this.#script,
      variables: await this.#token.variables(),
      log,
      onEvent: (event) => {
        if (event.type === 'warning') this.#log.warn(event.message);
      },
    });
  }

  /** The path of a Node for the trainer. */
  async #findNode(): Promise<string> {
    const { path, version, origin } = await findNode({
      setting: textSetting('ptune.nodePath'),
      environment: process.env,
      platform: process.platform,
      architecture: process.arch,
      execPath: process.execPath,
      isElectron: process.versions['electron'] !== undefined,
    });
    this.#log.info(`The trainer runs on Node ${version} (${path}, ${origin}).`);
    return path;
  }

  #tellStartOrEnd(): void {
    // Menus and the palette show what can be done now.
    const isTraining = this.#progress !== undefined;
    void commands.executeCommand('setContext', 'ptune.isTraining', isTraining);
    this.#changed.fire();
    this.#startedOrEnded.fire();
  }

  /** The error as a person should see it: with where training was, and a cancelled one as such. */
  async #explained(thrown: unknown): Promise<PtuneError> {
    const error = toPtuneError(thrown);
    const progress = this.#progress;
    if (error.code !== 'trainer/stopped') return error;
    const run = progress?.current;
    if (this.#cancelled) {
      if (run !== undefined) await RunStore.forFile(progress!.path).markCancelled(run.run);
      return cancelledError();
    }
    if (run === undefined) return error;
    const where = ` while it trained "${run.prompt}", at step ${run.step} of ${run.steps}`;
    const message = error.message.replace(/\.$/, `${where}.`);
    return new PtuneError(error.code, message, error.nextStep, error);
  }
}

function request(
  trainer: TrainerRequests,
  file: Parameters<Ask<Summary>>[1],
  job: Job,
): Promise<Summary> {
  if (job.kind === 'score') return trainer.score({ ...file, split: 'test' });
  const { prompts, seeds, text, resume } = job;
  return trainer.train({
    ...file,
    ...(prompts && { prompts }),
    ...(seeds && { seeds }),
    ...(text !== undefined && { text }),
    ...(resume !== undefined && { resume }),
  });
}

function cancelledError(): PtuneError {
  return new PtuneError('training/cancelled', 'Training was cancelled.');
}
