/** `path.safetensors`: where a prompt's vectors were at the start and at validations of a training. */
import { PtuneError } from '../base/errors.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** The way of a prompt's vectors through its training. */
export interface VectorPath {
  /** Ascending; 0 is the start. */
  readonly steps: readonly number[];
  /** The vectors at each of the steps, float32 [P, D]. */
  readonly snapshots: readonly Float32Array[];
  /** D */
  readonly width: number;
  /** For each vector the id of the token from whose embedding it started, where it did. */
  readonly startIds: readonly (number | undefined)[];
}

/** The bytes of a `path.safetensors`; the same path always gives the same bytes. */
export function writeVectorPath({ steps, snapshots, width, startIds }: VectorPath): Uint8Array {
  const count = startIds.length;
  const vectors = new Float32Array(steps.length * count * width);
  snapshots.forEach((snapshot, i) => vectors.set(snapshot, i * count * width));
  return writeSafetensors({
    tensors: {
      vectors: { dtype: 'F32', shape: [steps.length, count, width], data: vectors },
      steps: { dtype: 'I32', shape: [steps.length], data: Int32Array.from(steps) },
    },
    metadata: {
      format: 'ptune-path-1',
      startIds: JSON.stringify(startIds.map((id) => id ?? null)),
    },
  });
}

/**
 * The path in the bytes of a `path.safetensors`.
 *
 * @param name what to call the file in an error
 * @throws PtuneError `run/unreadable` when they are no such file
 */
export function readVectorPath(bytes: Uint8Array, name: string): VectorPath {
  const { tensors, metadata } = readSafetensors(bytes, name);
  const { vectors, steps } = tensors;
  const startIds = parseIds(metadata['startIds']);
  const [rows, count, width] = vectors?.shape ?? [];
  if (
    metadata['format'] !== 'ptune-path-1' ||
    !(vectors?.data instanceof Float32Array) ||
    !(steps?.data instanceof Int32Array) ||
    vectors.shape.length !== 3 ||
    steps.data.length !== rows ||
    startIds?.length !== count ||
    !startIds
  ) {
    throw new PtuneError(
      'run/unreadable',
      `"${name}" is not a path of vectors that ptune stored.`,
      'Remove it: everything but the path is shown without it.',
    );
  }
  const { data } = vectors;
  const size = count! * width!;
  return {
    steps: [...steps.data],
    snapshots: Array.from(steps.data, (_, i) => data.subarray(i * size, (i + 1) * size)),
    width: width!,
    startIds,
  };
}

function parseIds(text: string | undefined): (number | undefined)[] | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (!Array.isArray(value)) return undefined;
    return value.map((id: unknown) => (Number.isInteger(id) ? (id as number) : undefined));
  } catch {
    // Says the same as metadata without a list.
    return undefined;
  }
}
