/** Changes to the rows of a prompt's vectors. Every function gives new vectors, float32 [P, width]. */

/** The mean of the rows for which `counts` holds; float32 [width]. At least one must. */
export function meanRow(
  rows: Float32Array,
  width: number,
  counts: (row: number) => boolean,
): Float32Array {
  const sums = new Float64Array(width);
  let count = 0;
  for (let row = 0; row < rows.length / width; row++) {
    if (!counts(row)) continue;
    count++;
    for (let i = 0; i < width; i++) sums[i]! += rows[row * width + i]!;
  }
  return Float32Array.from(sums, (sum) => sum / count);
}

/** `vectors` with another one in the place of a row. */
export function replaced(
  vectors: Float32Array,
  row: number,
  replacement: Float32Array,
): Float32Array {
  const result = vectors.slice();
  result.set(replacement, row * replacement.length);
  return result;
}

/** `vectors` with two rows in each other's places. */
export function exchanged(
  vectors: Float32Array,
  width: number,
  first: number,
  second: number,
): Float32Array {
  const row = (index: number) => vectors.subarray(index * width, (index + 1) * width);
  return replaced(replaced(vectors, first, row(second)), second, row(first));
}
