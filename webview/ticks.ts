/** Round numbers for an axis. */

/**
 * Multiples of 1, 2, 2.5 or 5 times a power of ten from 0 to at least `largest`, about `count`
 * steps.
 */
export function niceTicks(largest: number, count: number): number[] {
  const rough = largest / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const steps = Math.ceil(largest / step - 1e-9);
  return Array.from({ length: steps + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** Powers of ten around `smallest` and `largest`, both positive; over few, 2 and 5 between them. */
export function logTicks(smallest: number, largest: number): number[] {
  const first = Math.floor(Math.log10(smallest) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log10(largest) - 1e-9));
  const factors = last - first <= 2 ? [1, 2, 5] : [1];
  const ticks = Array.from({ length: last - first }, (_, i) =>
    factors.map((factor) => Number((factor * 10 ** (first + i)).toPrecision(12))),
  );
  return [...ticks.flat(), Number((10 ** last).toPrecision(12))];
}
