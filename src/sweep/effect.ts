/** Which swept settings change a training at all, beside the others that it has. */
import type { Prompt } from '../language/ast.ts';
import type { TrainKey } from '../language/schema.ts';
import type { TrainSettings } from '../language/settings.ts';

/**
 * Why a setting changes nothing in a prompt's training with these settings, as a clause; undefined
 * where it works.
 */
export function lackOfEffect(
  key: TrainKey,
  { encoder, variant, depth, layers }: TrainSettings,
  { parts }: Pick<Prompt, 'parts'>,
): string | undefined {
  const isDeep = depth === 'deep';
  switch (key) {
    case 'layers':
      return encoder === 'lstm' ? undefined : `the encoder is "${encoder}"`;
    case 'dropout':
      if (encoder !== 'lstm') return `the encoder is "${encoder}"`;
      return layers > 1 ? undefined : 'the LSTM has one layer, and dropout works between layers';
    case 'variant':
      if (encoder === 'none') return 'the encoder is "none"';
      return isDeep ? 'the prompt is deep' : undefined;
    case 'hiddenSize':
      if (encoder === 'none') return 'the encoder is "none"';
      return isDeep || variant === 'peft'
        ? undefined
        : 'the variant is "lama", whose widths follow from the model';
    case 'init':
      if (isDeep) return 'the prompt is deep, and keys and values start at random';
      return parts.some((part) => part.kind === 'virtual' && part.initText === undefined)
        ? undefined
        : 'every virtual token starts from its own text';
    default:
      return undefined;
  }
}
