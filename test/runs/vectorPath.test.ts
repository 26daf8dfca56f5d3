import { describe, expect, it } from 'vitest';
import { readVectorPath, writeVectorPath } from '../../src/runs/vectorPath.ts';
import { writeSafetensors } from '../../src/runs/safetensors.ts';

const path = {
  steps: [0, 20, 30],
  snapshots: [
    Float32Array.of(1, 2, 3, 4),
    Float32Array.of(5, 6, 7, 8),
    Float32Array.of(9, 10, 11, 12),
  ],
  width: 2,
  startIds: [undefined, 7],
};

describe('path.safetensors', () => {
  it('gives back what was written, the same bytes every time', () => {
    const bytes = writeVectorPath(path);
    expect(readVectorPath(bytes, 'path')).toEqual(path);
    expect(writeVectorPath(path)).toEqual(bytes);
  });

  const vectors = { dtype: 'F32', shape: [1, 1, 2], data: new Float32Array(2) } as const;
  const steps = { dtype: 'I32', shape: [1], data: new Int32Array(1) } as const;
  const metadata = { format: 'ptune-path-1', startIds: '[null]' };

  it('reads the least path', () => {
    const least = writeSafetensors({ tensors: { vectors, steps }, metadata });
    expect(readVectorPath(least, 'path')).toMatchObject({ steps: [0], startIds: [undefined] });
  });

  it.each([
    ['another format', { tensors: { vectors, steps }, metadata: { ...metadata, format: 'x' } }],
    ['no steps', { tensors: { vectors }, metadata }],
    ['no vectors', { tensors: { steps }, metadata }],
    ['no start ids', { tensors: { vectors, steps }, metadata: { format: 'ptune-path-1' } }],
    [
      'start ids that are no list',
      { tensors: { vectors, steps }, metadata: { ...metadata, startIds: '{' } },
    ],
    [
      'more start ids than vectors',
      { tensors: { vectors, steps }, metadata: { ...metadata, startIds: '[1, 2]' } },
    ],
    [
      'more steps than vectors',
      { tensors: { vectors, steps: { ...steps, shape: [2], data: new Int32Array(2) } }, metadata },
    ],
    ['a flat tensor', { tensors: { vectors: { ...vectors, shape: [2] }, steps }, metadata }],
  ])('refuses %s', (_, file) => {
    expect(() => readVectorPath(writeSafetensors(file), 'run/path.safetensors')).toThrow(
      '"run/path.safetensors" is not a path of vectors that ptune stored.',
    );
  });
});
