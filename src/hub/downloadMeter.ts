/** How far a download is, how fast, and how long it will take. */

export interface DownloadProgress {
  /** The model's id. */
  readonly model: string;
  /** The file that is being received; undefined while another process downloads the model. */
  readonly file: string | undefined;
  /** Bytes that are there, and that there will be. */
  readonly received: number;
  readonly total: number;
  readonly bytesPerSecond: number;
  /** Undefined until a speed is known. */
  readonly secondsLeft: number | undefined;
}

/** The speed is that of the last seconds, in milliseconds. */
const windowMs = 5000;

/** At most this often is anything told, in milliseconds. */
const everyMs = 150;

/** Counts bytes and tells of them now and then. */
export class DownloadMeter {
  readonly #model: string;
  readonly #now: () => number;
  readonly #tell: (progress: DownloadProgress) => void;
  readonly #marks: { readonly time: number; readonly bytes: number }[] = [];
  #told = -Infinity;
  #file: string | undefined;
  #received = 0;
  #arrived = 0;
  total = 0;

  constructor(model: string, now: () => number, tell: (progress: DownloadProgress) => void) {
    this.#model = model;
    this.#now = now;
    this.#tell = tell;
  }

  /** A file is next, of which `present` bytes are there already. */
  begin(file: string, present: number): void {
    this.#file = file;
    this.#received += present;
    this.#show(true);
  }

  /** Bytes came in; fewer than none when some turned out to be wrong. */
  add(bytes: number): void {
    this.#received += bytes;
    if (bytes > 0) this.#arrived += bytes;
    this.#show(false);
  }

  /** Tells how far it is. */
  show(): void {
    this.#show(true);
  }

  #show(isDue: boolean): void {
    const now = this.#now();
    if (!isDue && now - this.#told < everyMs) return;
    this.#told = now;
    this.#marks.push({ time: now, bytes: this.#arrived });
    while (this.#marks.length > 2 && now - this.#marks[0]!.time > windowMs) this.#marks.shift();
    const [first] = this.#marks;
    const seconds = (now - first!.time) / 1000;
    const bytesPerSecond = seconds > 0 ? (this.#arrived - first!.bytes) / seconds : 0;
    const left = Math.max(0, this.total - this.#received);
    this.#tell({
      model: this.#model,
      file: this.#file,
      received: this.#received,
      total: Math.max(this.total, this.#received),
      bytesPerSecond,
      secondsLeft: bytesPerSecond > 0 ? left / bytesPerSecond : undefined,
    });
  }
}
