/** Derivatives of functions that can only be evaluated, and that round. */

/** How often the difference is halved. */
const halvings = 7;

/**
 * f'(0) by Ridders' method (C. J. F. Ridders 1982, "Accurate computation of F'(x) and F'(x) F''(x)",
 * Advances in Engineering Software 4): central differences over h, h/2, h/4, … are extrapolated to
 * h = 0 by Neville's scheme, whose errors are even powers of h. Where large differences suffer from
 * curvature and small ones from rounding, the entry counts that agrees best with its two neighbours.
 *
 * @param h  the largest difference
 */
export async function derivative(f: (t: number) => Promise<number>, h: number): Promise<number> {
  let above: number[] = [];
  let [result, smallest] = [NaN, Infinity];
  for (let i = 0; i <= halvings; i++) {
    const t = h / 2 ** i;
    const row = [((await f(t)) - (await f(-t))) / (2 * t)];
    for (const [j, old] of above.entries()) {
      const coarse = row[j]!;
      const next = (4 ** (j + 1) * coarse - old) / (4 ** (j + 1) - 1);
      row.push(next);
      const apart = Math.max(Math.abs(next - coarse), Math.abs(next - old));
      if (apart <= smallest) [result, smallest] = [next, apart];
    }
    above = row;
  }
  return result;
}
