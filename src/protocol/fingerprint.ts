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

/**
 * What prompts were called before they got another name: nothing that is measured knows the name, so a
 * prompt that has the fingerprint of one that is gone is that one. Where two fit, none is taken.
 *
 * @param now fingerprints of the prompts that nothing is known of under their names
 * @param gone fingerprints of what is known under names that no prompt has
 * @returns former names by present ones
 */
export function formerNames(
  now: ReadonlyMap<string, Fingerprint>,
  gone: ReadonlyMap<string, Fingerprint>,
): Map<string, string> {
  const keyOf = ({ template, settings, data, model }: Fingerprint) =>
    [template, settings, data, model].join(' ');
  const byKey = (prompts: ReadonlyMap<string, Fingerprint>) => {
    const names = new Map<string, string[]>();
    for (const [name, fingerprint] of prompts) {
      const key = keyOf(fingerprint);
      names.set(key, [...(names.get(key) ?? []), name]);
    }
    return names;
  };
  const fitting = byKey(gone);
  const found = new Map<string, string>();
  for (const [key, [name, ...others]] of byKey(now)) {
    const [former, ...more] = fitting.get(key) ?? [];
    if (former !== undefined && others.length === 0 && more.length === 0) found.set(name!, former);
  }
  return found;
}
