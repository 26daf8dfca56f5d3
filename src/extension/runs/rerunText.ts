/** A `.ptune` file in which one prompt is again what it was when a run was trained. */
import type { PtuneFile } from '../../language/ast.ts';
import type { RunManifest } from '../../runs/runManifest.ts';

/**
 * The text of a file with the template, the settings and the seed of a run in place of the prompt's
 * own. A prompt that is gone is put at the end.
 */
export function rerunText(
  { text, prompts }: PtuneFile,
  { prompt, settings, seed }: Pick<RunManifest, 'prompt' | 'settings' | 'seed'>,
): string {
  // JSON is YAML, on one line too.
  const section = `@prompt ${prompt.name} ${JSON.stringify({ ...settings, seeds: [seed] })}\n${prompt.template}`;
  const now = prompts.find(({ name }) => name === prompt.name);
  if (now === undefined) return `${text.trimEnd()}\n\n${section}\n`;
  const end = Math.max(now.headSpan.end, now.templateSpan.end);
  return `${text.slice(0, now.headSpan.start)}${section}${text.slice(end)}`;
}
