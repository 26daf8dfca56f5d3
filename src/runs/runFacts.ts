/** What may explain a run's score, as label → value for people: what was set, and how it went. */
import { duration, resumedText } from '../base/format.ts';
import { type RunManifest, resumedAfter } from './runManifest.ts';

/** What a run was made with but its template, the most telling first. */
export function runSettings(manifest: RunManifest): Record<string, string> {
  const { file, prompt, model, hashes, seed, settings, learningRate } = manifest;
  return {
    file,
    prompt: prompt.name,
    model: `${model.id} ${model.sha256.slice(0, 8)}`,
    data: hashes.data.slice(0, 8),
    seed: String(seed),
    ...Object.fromEntries(
      Object.entries(settings)
        // A run has one seed, whatever the file asks for beside it.
        .filter(([key]) => key !== 'seeds')
        .map(([key, value]) => [key, valueText(value)]),
    ),
    ...(learningRate !== undefined && { 'found learning rate': String(learningRate) }),
    'version of ptune': manifest.versions['ptune'] ?? unknown,
  };
}

/** How a run went. */
export function runOutcome(manifest: RunManifest): Record<string, string> {
  const { status, bestStep, timings } = manifest;
  return {
    status,
    'kept step': bestStep === undefined ? unknown : String(bestStep),
    resumed: resumedText(resumedAfter(manifest)) ?? 'no',
    took: timings.seconds === undefined ? unknown : duration(timings.seconds),
  };
}

const unknown = '–';

function valueText(value: unknown): string {
  if (value === undefined || value === null) return 'default';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
