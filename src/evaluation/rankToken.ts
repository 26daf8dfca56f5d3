/** A token among all others. */

/** The likeliest token of a row of log-probabilities, and the rank of `id`, ties against it. */
export function rankToken(row: Float32Array, id: number, skipped: ReadonlySet<number>) {
  let best = -1;
  let rank = 1;
  row.forEach((score, other) => {
    if (skipped.has(other)) return;
    if (best < 0 || score > row[best]!) best = other;
    if (other !== id && !(score < row[id]!)) rank++;
  });
  return { best, rank };
}
