/** The order in which examples come: shuffled, and like lengths together. */
import type { Random } from '../base/random.ts';

/**
 * The indices of one pass over the examples. Batches hold inputs of like length, so that little
 * padding is computed, and come in random order; the first and the last hold what is left over.
 *
 * @param lengths  each example's length as it is padded; where all are equal the order is shuffled only
 * @param size     examples of a step
 * @param begun    examples of the step that the pass before has begun
 */
export function passOrder(
  lengths: readonly number[],
  size: number,
  begun: number,
  random: Random,
): number[] {
  const order = random.shuffled([...lengths.keys()]);
  if (lengths.every((length) => length === lengths[0])) return order;
  const start = order.splice(0, (size - begun) % size);
  const end = order.splice(order.length - (order.length % size));
  order.sort((a, b) => lengths[a]! - lengths[b]!);
  const batches: number[][] = [];
  while (order.length > 0) batches.push(order.splice(0, size));
  return [...start, ...random.shuffled(batches).flat(), ...end];
}
