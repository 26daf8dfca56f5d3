/**
 * What a score was made with. When any of these differs from the present, the score is stale: every
 * view marks it so and none shows it as current.
 */
export interface Fingerprint {
  /** SHA-256 of the prompt's template, in the one form for what it means. */
  readonly template: string;
  /** SHA-256 of the settings that can change a score, as canonical JSON. */
  readonly settings: string;
  /** SHA-256 over the bytes of the data files. */
  readonly data: string;
  /** SHA-256 over the model's files (graph, external data, tokenizer, config). */
  readonly model: string;
}

/**
 * The seeds that a file asks for and a score does not have; undefined when the score has others than
 * those, so that it is not a score of what the file asks for.
 */
export function missingSeeds(
  scored: readonly number[],
  asked: readonly number[],
): number[] | undefined {
  if (scored.some((seed) => !asked.includes(seed))) return undefined;
  return asked.filter((seed) => !scored.includes(seed));
}

/** The part that differs first, as a person would say it, or undefined when none does. */
export function staleReason(then: Fingerprint, now: Fingerprint): string | undefined {
  if (then.template !== now.template) return 'template changed';
  if (then.settings !== now.settings) return 'settings changed';
  if (then.data !== now.data) return 'data changed';
  if (then.model !== now.model) return 'model changed';
  return undefined;
}
