/** Training progress in a terminal: a bar redrawn in place, or a line now and then. */
import { byteSize, duration, percent } from '../base/format.ts';
import type {
  DownloadEvent,
  ProgressEvent,
  StepEvent,
  TrainingEvent,
  ValidationEvent,
} from '../protocol/events.ts';
import { note, type Output } from './output.ts';

const barWidth = 20;

/** Redraws at most this often, in milliseconds. */
const redrawEvery = 80;

/** Shows the events of a training on standard error. */
export class Progress {
  readonly #output: Output;
  #first: number | undefined;
  #validation: ValidationEvent | undefined;
  #best: ValidationEvent | undefined;
  #last: StepEvent | undefined;
  #drawn = 0;
  /** Tenths of the work in progress that were told. */
  #tenths = 0;
  #downloading: DownloadEvent | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  show(event: TrainingEvent): void {
    switch (event.type) {
      case 'download':
        return this.#download(event);
      case 'started': {
        this.end();
        const { examples, runtime } = event;
        const threads = runtime.threads > 0 ? `, ${runtime.threads} threads` : '';
        note(
          `${event.file} · ${event.model.id} · ${examples.train} train, ${examples.validation} validation, ${examples.test} test · ${runtime.name} ${runtime.version}${threads}`,
        );
        return;
      }
      case 'runStarted':
        this.#first = this.#validation = this.#best = this.#last = undefined;
        return;
      case 'rangeTest':
        note(
          `${event.prompt}  seed ${event.seed}  learning rate ${event.learningRate}, found by a range test of ${event.curve.length} steps`,
        );
        return;
      case 'step':
        this.#first ??= event.loss;
        this.#last = event;
        return this.#draw(event);
      case 'validation':
        this.#validation = event;
        if (event.best) this.#best = event;
        if (!this.#output.live && this.#last && event.step % 100 === 0) {
          note(this.#line(this.#last));
        }
        return;
      case 'runEnded': {
        if (!this.#last) return;
        const early = event.steps < this.#last.steps ? ', no gain since' : '';
        const best = this.#best
          ? `  validation ${percent(this.#best.accuracy)} at step ${event.bestStep}${early}`
          : '';
        const status = event.status === 'completed' ? '' : `  ${event.status}`;
        this.#clear();
        note(`${this.#head(this.#last)}${best}  ${event.seconds.toFixed(1)} s${status}`);
        return;
      }
      case 'warning':
        this.#clear();
        note(`warning: ${event.message} (${event.code})`);
        return;
      case 'scoring':
        if (this.#output.live) process.stderr.write(`\r\x1b[KScoring ${event.prompt} …`);
        return;
      case 'exporting':
        if (this.#output.live) {
          process.stderr.write(`\r\x1b[K${byteSize(event.bytes)} of the model written …`);
        }
        return;
      case 'progress':
        return this.#work(event);
      case 'summary':
        this.#clear();
    }
  }

  /** Ends a line that is redrawn: what it shows is done, or something else is said. */
  end(): void {
    this.#clear();
    const done = this.#downloading;
    this.#downloading = undefined;
    if (done === undefined) return;
    const { model, received } = done;
    note(`${model}: ${byteSize(received)} downloaded`);
  }

  #download(event: DownloadEvent): void {
    const before = this.#downloading;
    this.#downloading = event;
    if (this.#output.live) {
      process.stderr.write(`\r\x1b[K${downloadText(event)}`);
      return;
    }
    const tenths = ({ received, total }: DownloadEvent) => Math.floor((10 * received) / total);
    if (before?.total !== event.total || tenths(before) !== tenths(event)) {
      note(downloadText(event));
    }
  }

  #work(event: ProgressEvent): void {
    const { done, total } = event;
    const line = workText(event);
    if (this.#output.live) {
      const width = process.stderr.columns;
      process.stderr.write(`\r\x1b[K${done === total ? '' : line.slice(0, width - 1)}`);
      return;
    }
    // In a log a line for every tenth.
    const tenths = Math.floor((10 * done) / total);
    if (done > 0 && tenths > this.#tenths) note(line);
    this.#tenths = tenths;
  }

  #draw(event: StepEvent): void {
    const now = performance.now();
    if (!this.#output.live || (now - this.#drawn < redrawEvery && event.step < event.steps)) return;
    this.#drawn = now;
    process.stderr.write(`\r\x1b[K${this.#line(event)}`);
  }

  #line(event: StepEvent): string {
    const validation = this.#validation ? `  validation ${percent(this.#validation.accuracy)}` : '';
    return `${this.#head(event)}${validation}  ${Math.ceil(event.secondsLeft)} s left`;
  }

  #head(event: StepEvent): string {
    const filled = Math.round((event.step / event.steps) * barWidth);
    const bar = '━'.repeat(filled) + '╌'.repeat(barWidth - filled);
    const first = (this.#first ?? event.loss).toFixed(2);
    return `${event.prompt}  seed ${event.seed}  ${bar} ${event.step}/${event.steps}  loss ${first} → ${event.loss.toFixed(2)}`;
  }

  #clear(): void {
    if (this.#output.live) process.stderr.write('\r\x1b[K');
  }
}

/** One line of a longer look: how far, how long still where that is known, what is going on. */
export function workText({ text, detail, done, total, isShare, ...time }: ProgressEvent): string {
  const { secondsLeft, atMost } = time;
  return [
    text,
    isShare ? percent(done / total) : `${done}/${total}`,
    ...(secondsLeft === undefined
      ? []
      : [`${atMost ? 'at most ' : ''}${duration(secondsLeft)} left`]),
    ...(detail === undefined ? [] : [detail]),
  ].join('  ');
}

/** One line of a download: how far, how fast, how long still. */
function downloadText({ model, file, received, total, ...rest }: DownloadEvent): string {
  if (file === undefined) return `${model}: another process downloads it; waiting`;
  const { bytesPerSecond, secondsLeft } = rest;
  const filled = Math.round((received / Math.max(1, total)) * barWidth);
  const bar = '━'.repeat(filled) + '╌'.repeat(barWidth - filled);
  const speed = bytesPerSecond > 0 ? `  ${byteSize(bytesPerSecond)}/s` : '';
  const left = secondsLeft === undefined ? '' : `  ${duration(secondsLeft)} left`;
  return `${model}  ${bar} ${byteSize(received)} of ${byteSize(total)}${speed}${left}`;
}
