/** Every operator whose shapes and values are known here. */
import { elementwise } from './elementwise.ts';
import { indexing } from './indexing.ts';
import { layout } from './layout.ts';
import { linear } from './linear.ts';
import type { Operator } from './operator.ts';
import { quantization } from './quantization.ts';
import { reductions } from './reduction.ts';

export const operators: Readonly<Record<string, Operator>> = {
  ...elementwise,
  ...indexing,
  ...layout,
  ...linear,
  ...quantization,
  ...reductions,
};
