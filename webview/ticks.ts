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
