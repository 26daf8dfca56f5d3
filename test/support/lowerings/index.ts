/**
 * For every lowered operator some uses of it, as a file would hold them. The engine's own
 * implementation says what each must give; central differences say what its gradient must be.
 */
import { attentionCases, groupedCases, rotaryCases } from './attention.ts';
import type { LoweringCase } from './case.ts';
import {
  activationCases,
  arrangementCases,
  embeddingCases,
  normalizationCases,
} from './elementwise.ts';
import { productCases } from './product.ts';
import { quantizationCases } from './quantization.ts';
import { sequenceCases } from './sequence.ts';

export const loweringCases: readonly LoweringCase[] = [
  ...normalizationCases,
  ...activationCases,
  ...arrangementCases,
  ...embeddingCases,
  ...attentionCases,
  ...groupedCases,
  ...rotaryCases,
  ...productCases,
  ...quantizationCases,
  ...sequenceCases,
];
