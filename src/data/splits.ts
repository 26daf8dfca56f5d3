/** Splits examples off the training examples, the same ones every time. */
import { Random } from '../base/random.ts';

/** Any other number would do as well, but it has to stay: scores of old runs depend on it. */
const splitSeed = 20210318;

/** How many examples a share of `count` is: at least one, as long as there is one. */
function shareOf(count: number, share: number): number {
  return Math.min(count, Math.max(1, Math.round(count * share)));
}

/** What is kept for training and what is set aside, each in the order of `items`. */
export interface Split<T> {
  readonly train: readonly T[];
  readonly validation: readonly T[];
  readonly test: readonly T[];
}

/**
 * Sets shares of `items` (0 … 1; undefined takes none) aside. The test part is drawn first, so that
 * it stays the same when the share of the validation changes.
 */
export function splitOff<T>(
  items: readonly T[],
  shares: { readonly validation: number | undefined; readonly test: number | undefined },
): Split<T> {
  const order = new Random(splitSeed).shuffled(items.map((_, index) => index));
  const take = (share: number | undefined) =>
    share === undefined ? [] : order.splice(0, shareOf(items.length, share));
  const test = take(shares.test);
  const validation = take(shares.validation);
  const inOrder = (indices: readonly number[]) =>
    indices.toSorted((a, b) => a - b).map((index) => items[index]!);
  return { train: inOrder(order), validation: inOrder(validation), test: inOrder(test) };
}
