/** Texts of swept files. */
import { ptuneText } from '../support/tinyProject.ts';

/** A file with this `sweep`, its settings beside it, and its prompts. */
export function sweptFile(
  sweep: Readonly<Record<string, unknown>>,
  options: { readonly train?: readonly string[]; readonly prompts?: string } = {},
): string {
  return ptuneText({ settings: `sweep: ${JSON.stringify(sweep)}\n`, ...options });
}
