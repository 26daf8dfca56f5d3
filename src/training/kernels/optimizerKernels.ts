/**
 * The optimizer's loops in WebAssembly: an LSTM encoder has millions of numbers, and one step of Adam
 * over them would take as long as a sixth of the model's whole step. Arrays go through a small memory
 * block by block, so they may be as large as they are and stay where they are.
 */
import { optimizerWasm } from './optimizerWasm.ts';

/** Numbers of a block; optimizer.wat lays four of them one after the other. */
const block = 8192;

interface Kernels {
  readonly memory: WebAssembly.Memory;
  readonly adam: (count: number, ...constants: number[]) => void;
  readonly sumOfSquares: (count: number) => number;
}

const kernels = new WebAssembly.Instance(
  new WebAssembly.Module(Buffer.from(optimizerWasm, 'base64')),
).exports as Kernels;

const areas = [0, 1, 2, 3].map(
  (i) => new Float32Array(kernels.memory.buffer, 4 * i * block, block),
) as [Float32Array, Float32Array, Float32Array, Float32Array];

/** What one step of Adam multiplies with; optimizer.wat has the formula. */
export interface AdamConstants {
  /** Of the gradient: less than 1 where it is clipped. */
  readonly scale: number;
  /** Part of the parameters that is added to the gradient. */
  readonly l2: number;
  readonly betas: readonly [number, number];
  /** What is left of a parameter by its decay. */
  readonly shrink: number;
  readonly rate: number;
  /** Added to the root of the second moment. */
  readonly least: number;
}

/** One step of Adam; parameters and moments are changed in place. */
export function adamStep(
  parameters: Float32Array,
  gradient: Float32Array,
  first: Float32Array,
  second: Float32Array,
  { scale, l2, betas: [b1, b2], shrink, rate, least }: AdamConstants,
): void {
  const arrays = [parameters, gradient, first, second];
  for (let start = 0; start < parameters.length; start += block) {
    const end = Math.min(parameters.length, start + block);
    arrays.forEach((array, i) => areas[i]!.set(array.subarray(start, end)));
    const count = 4 * Math.ceil((end - start) / 4);
    kernels.adam(count, scale, l2, b1, 1 - b1, b2, 1 - b2, shrink, rate, least);
    for (const i of [0, 2, 3]) arrays[i]!.set(areas[i]!.subarray(0, end - start), start);
  }
}

/** Σ x², added up in double precision. */
export function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let start = 0; start < values.length; start += block) {
    const own = values.subarray(start, start + block);
    areas[0].set(own);
    const count = 8 * Math.ceil(own.length / 8);
    areas[0].fill(0, own.length, count);
    sum += kernels.sumOfSquares(count);
  }
  return sum;
}
