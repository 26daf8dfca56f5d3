/** Settings of a trial as people write them. */
import { trainValueText } from '../language/features/trainEdits.ts';
import type { Choice } from './space.ts';

/** "encoder: mlp, learningRate: 0.01". */
export function settingsText(settings: Choice): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}: ${trainValueText(value)}`)
    .join(', ');
}
