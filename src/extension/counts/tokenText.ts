/** A prompt's token count above its line. */
import { counted } from '../../base/format.ts';
import type { PromptTokens, TokenCounts } from '../../protocol/tokenCounts.ts';

/** A count in a few words, and whole sentences for its tooltip. */
export interface TokenText {
  readonly title: string;
  readonly tooltip: string;
}

/** "14 of 128 tokens"; one that exceeds the model's length says so in words, with a sign. */
export function tokenText(tokens: PromptTokens, limit: number | undefined): TokenText {
  const { least, most, virtual, longest, canShorten } = tokens;
  const isOver = limit !== undefined && most > limit;
  const budget = limit === undefined ? `${most} tokens` : `${most} of ${limit} tokens`;
  const over = canShorten ? 'is cut to fit' : 'too long';
  const ofThem = virtual === 0 ? '' : `, ${counted(virtual, 'virtual token')} among them`;
  const range = least === most ? '' : ` The shortest has ${least}.`;
  const room =
    limit === undefined
      ? 'The model sets no limit.'
      : isOver
        ? `The model reads at most ${limit}: ${canShorten ? 'slots with the filter "shorten" are cut for it.' : 'training and scoring will refuse it. Write {column|shorten} for a slot that may be cut.'}`
        : `The model reads up to ${limit}.`;
  return {
    title: isOver ? `$(warning) ${budget}: ${over}` : budget,
    tooltip: `The longest input has ${counted(most, 'token')}${ofThem} (${longest}).${range} ${room}`,
  };
}

/**
 * The count of each of a file's prompts in their order, also where two have one name; undefined for
 * those that were not counted.
 */
export function countsOf(
  prompts: readonly { readonly name: string }[],
  counts: TokenCounts | undefined,
): (PromptTokens | undefined)[] {
  const known = new Map(counts?.prompts.map((one) => [`${one.twin} ${one.name}`, one]));
  const twins = new Map<string, number>();
  return prompts.map(({ name }) => {
    const twin = twins.get(name) ?? 0;
    twins.set(name, twin + 1);
    return known.get(`${twin} ${name}`);
  });
}
