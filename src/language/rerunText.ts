/** A `.ptune` file in which one prompt is again what it was when a run was trained. */
import type { PtuneFile } from './ast.ts';

/** What a run was trained with. */
export interface TrainedPrompt {
  readonly prompt: { readonly name: string; readonly template: string };
  readonly settings: Readonly<Record<string, unknown>>;
  readonly seed: number;
}

/**
 * The text of a file with the template, the settings and the seed of a run in place of the prompt's
 * own. A prompt that is gone is put at the end.
 */
export function rerunText(
  { text, prompts }: PtuneFile,
  { prompt, settings, seed }: TrainedPrompt,
): string {
  // JSON is YAML, on one line too.
  const section = `@prompt ${prompt.name} ${JSON.stringify({ ...settings, seeds: [seed] })}\n${prompt.template}`;
  const now = prompts.find(({ name }) => name === prompt.name);
  if (now === undefined) return `${text.trimEnd()}\n\n${section}\n`;
  const end = Math.max(now.headSpan.end, now.templateSpan.end);
  return `${text.slice(0, now.headSpan.start)}${section}${text.slice(end)}`;
}
