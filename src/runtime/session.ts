/**
 * Runs graphs with ONNX Runtime. The only file that names it. `create` and `run` block the event
 * loop, so this is loaded in the trainer and the command line, never in an editor's process.
 */
import * as ort from 'onnxruntime-node';
import { PtuneError } from '../base/errors.ts';
import type { Shape } from '../onnx/tensor.ts';

/** A tensor with its elements at hand. */
export type HostTensor =
  | { readonly dtype: 'float32'; readonly shape: Shape; readonly data: Float32Array }
  | { readonly dtype: 'int64'; readonly shape: Shape; readonly data: BigInt64Array };

export type Feeds = Readonly<Record<string, HostTensor>>;

export interface SessionOptions {
  /** The model's folder, in which external data lies. */
  readonly folder?: string;
  /** Threads within an operator; the engine chooses unless told. */
  readonly threads?: number;
  /**
   * Copies weights into the layout that the processor multiplies fastest: 15–40 % faster steps for
   * twice the memory and a slower start. On for graphs that run many times.
   */
  readonly prepack?: boolean;
  /** Off for a graph that is run as it is, without constants computed beforehand. */
  readonly optimize?: boolean;
}

/** Name and version of the engine. */
export const engine = { name: 'onnxruntime', version: ort.env.versions.node ?? '' } as const;

export function float32(shape: Shape, data: Float32Array): HostTensor {
  return { dtype: 'float32', shape, data };
}

/** An int64 tensor from whole numbers. */
export function int64(shape: Shape, data: ArrayLike<number>): HostTensor {
  return { dtype: 'int64', shape, data: BigInt64Array.from(Array.from(data, BigInt)) };
}

/** A graph that is ready to run. */
export class Session {
  readonly #session: ort.InferenceSession;

  private constructor(session: ort.InferenceSession) {
    this.#session = session;
  }

  /**
   * Prepares a graph.
   *
   * @throws PtuneError `runtime/failed` with the engine's reason
   */
  static async create(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
    const session = {
      ...(options.folder && { model_external_initializers_file_folder_path: options.folder }),
      disable_prepacking: options.prepack ? '0' : '1',
      // Waking a thread for each of two thousand operators costs a step in ten. Threads may wait
      // actively within a run, but never between two: there the cores belong to the editor.
      intra_op: { allow_spinning: '1' },
      force_spinning_stop: '1',
      use_deterministic_compute: '1',
    };
    try {
      return new Session(
        await ort.InferenceSession.create(model, {
          ...(options.threads !== undefined && { intraOpNumThreads: options.threads }),
          interOpNumThreads: 1,
          executionMode: 'sequential',
          graphOptimizationLevel: options.optimize === false ? 'disabled' : 'all',
          logSeverityLevel: 3,
          extra: { session },
        }),
      );
    } catch (error) {
      throw engineError('prepare the graph', error);
    }
  }

  /** The graph's outputs for `feeds`. */
  async run(feeds: Feeds): Promise<Record<string, Float32Array>> {
    const inputs = Object.fromEntries(
      Object.entries(feeds).map(([name, t]) => [name, new ort.Tensor(t.dtype, t.data, t.shape)]),
    );
    try {
      const outputs = await this.#session.run(inputs);
      // The engine blocks the event loop: let messages and signals in between two runs.
      await new Promise(setImmediate);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, tensor]) => [name, tensor.data as Float32Array]),
      );
    } catch (error) {
      throw engineError('run the graph', error);
    }
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

function engineError(what: string, error: unknown): PtuneError {
  const reason = error instanceof Error ? error.message : String(error);
  return new PtuneError(
    'runtime/failed',
    `ONNX Runtime could not ${what}: ${reason}`,
    'Run "ptune models verify" on the model\'s folder; where memory is short, use a smaller batchSize.',
    error,
  );
}
