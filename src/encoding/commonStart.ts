/** What prompts begin with alike: virtual tokens, instructions, solved examples. */
import type { EncodedPrompt } from './encodePrompt.ts';

/** How many tokens and vectors all inputs begin with alike. */
export function commonStart(inputs: readonly EncodedPrompt[]): number {
  const [first, ...others] = inputs;
  if (!first) return 0;
  const differs = first.ids.findIndex((id, t) =>
    others.some(({ ids, rows }) => ids[t] !== id || rows[t] !== first.rows[t]),
  );
  return differs === -1 ? first.ids.length : differs;
}
