/** The solved examples of a few-shot prompt. */
import { Random } from '../base/random.ts';
import type { Example } from '../data/examples.ts';
import type { Prompt } from '../language/ast.ts';

/** The solved examples, drawn with `seed`: one more than asked for, since none shows itself. */
export function demosOf(
  prompt: Prompt,
  seed: number,
  train: readonly Example[],
): readonly Example[] {
  const count = Math.max(0, ...prompt.parts.map((p) => (p.kind === 'demos' ? p.count : 0)));
  return count === 0 ? [] : new Random(seed).shuffled(train).slice(0, count + 1);
}
