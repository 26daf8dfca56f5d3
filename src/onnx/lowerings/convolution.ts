/** Convolutions as one matrix product for each place of the kernel. */
import { intsAttribute } from '../graph.ts';
import { formatShape } from '../tensor.ts';
import type { LoweringContext, LoweringTable } from './lowering.ts';

/** Kernels with more places than this would make graphs of thousands of nodes. */
const maximumPlaces = 64;

/** Every index of a tensor of `shape`, in order. */
function indicesOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (lists, n) => lists.flatMap((list) => Array.from({ length: n }, (_, i) => [...list, i])),
    [[]],
  );
}

/** X [B, C, L…], W [M, C/g, K…]: Y [B, M, L…], where each of g groups of channels is alone. */
export function convolution(c: LoweringContext, x: string, weight: string, bias?: string): string {
  const [batch, channels, ...lengths] = c.shape(x) as [number, number, ...number[]];
  const [outputs, perGroup, ...kernel] = c.shape(weight) as [number, number, ...number[]];
  const rank = lengths.length;
  const list = (name: string, fallback: number, n = rank) =>
    intsAttribute(c.node.attributes, name) ?? new Array<number>(n).fill(fallback);
  const groups = c.int('group', 1);
  const [strides, dilations] = [list('strides', 1), list('dilations', 1)];
  const pads = list('pads', 0, 2 * rank);
  const autoPad = c.string('auto_pad', 'NOTSET');
  if (autoPad !== 'NOTSET' && autoPad !== 'VALID')
    c.refuse(`auto_pad "${autoPad}" is not supported.`);
  const places = indicesOf(kernel);
  if (places.length > maximumPlaces) {
    c.refuse(
      `A kernel of ${formatShape(kernel)} is too large; ${maximumPlaces} places are the limit.`,
    );
  }
  if (perGroup * groups !== channels || outputs % groups !== 0) {
    c.refuse(`${groups} groups of ${perGroup} channels do not make ${channels}.`);
  }
  const zeros = [0, 0];
  const sides = [...zeros, ...pads.slice(0, rank), ...zeros, ...pads.slice(rank)];
  const padded = pads.every((n) => n === 0) ? x : c.op('Pad', x, c.builder.ints(sides));
  const whole = c.shape(padded).slice(2);
  const results = whole.map((n, i) =>
    Math.floor((n - dilations[i]! * (kernel[i]! - 1) - 1) / strides[i]! + 1),
  );
  const count = results.reduce((n, m) => n * m, 1);
  const product = (place: readonly number[]) => {
    let part = padded;
    place.forEach((at, i) => {
      const start = at * dilations[i]!;
      const end = start + (results[i]! - 1) * strides[i]! + 1;
      if (start === 0 && end === whole[i]! && strides[i] === 1) return;
      const ints = (n: number) => c.builder.ints([n]);
      part = c.op('Slice', part, ints(start), ints(end), ints(i + 2), ints(strides[i]!));
    });
    let own = weight;
    place.forEach((at, i) => {
      if (kernel[i] !== 1) own = c.slice(own, i + 2, at, at + 1);
    });
    const matrix = c.reshape(own, [groups, outputs / groups, perGroup]);
    return c.op('MatMul', matrix, c.reshape(part, [batch, groups, perGroup, count]));
  };
  const sum = places.map(product).reduce((total, one) => c.op('Add', total, one));
  const shape = [batch, outputs, ...results];
  const result = c.reshape(sum, shape);
  if (bias === undefined) return result;
  return c.op('Add', result, c.reshape(bias, [1, outputs, ...lengths.map(() => 1)]));
}

/** The attributes of a convolution, which are read from the node. */
export const convolutionAttributes = [
  'auto_pad',
  'dilations',
  'group',
  'kernel_shape',
  'pads',
  'strides',
] as const;

export const convolutions: LoweringTable = {
  Conv: {
    attributes: convolutionAttributes,
    since: 1,
    becomes: 'Slice and MatMul for each place of the kernel',
    lower: (c) => [convolution(c, c.input(0), c.input(1), c.optional(2))],
  },
};
