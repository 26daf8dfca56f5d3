/** Weights of two to eight bits in blocks, each with a scale: as floats, and what is made of them. */
import { castTo } from '../builder.ts';
import { int, string } from '../graph.ts';
import { isFloat } from '../tensor.ts';
import type { LoweringContext, LoweringTable } from './lowering.ts';

interface Blocks {
  /** uint8 [R, blocks, bytes of a block], or [R, bytes] */
  readonly data: string;
  /** One for each block. */
  readonly scales: string;
  /** One for each block, packed as the data are, or floats; the middle of the range where absent. */
  readonly zeros: string | undefined;
  readonly bits: number;
  readonly blockSize: number;
  /** R */
  readonly rows: number;
  /** Numbers in a row; the last block may reach beyond them. */
  readonly count: number;
}

/** Numbers of `bits` bits, packed with the lowest first, one for each place: [R, …] → [R, n]. */
function unpacked(c: LoweringContext, packed: string, bits: number, rows: number): string {
  if (bits === 8) return c.reshape(packed, [rows, -1]);
  const number = (value: number) => c.builder.constant('uint8', [], [value]);
  const bytes = c.reshape(packed, [rows, -1, 1]);
  const parts = Array.from({ length: 8 / bits }, (_, i) => {
    const shift = { direction: string('RIGHT') };
    const moved = i === 0 ? bytes : c.with('BitShift', [bytes, number(i * bits)], shift);
    return c.op('BitwiseAnd', moved, number(2 ** bits - 1));
  });
  return c.reshape(c.concat(parts, 2), [rows, -1]);
}

/** The numbers that blocks stand for, (q − zero)·scale, as floats [R, count]. */
function blockValues(c: LoweringContext, blocks: Blocks): string {
  const { data, scales, zeros, bits, blockSize, rows, count } = blocks;
  if (![2, 4, 8].includes(bits)) c.refuse(`Weights of ${bits} bits are not supported.`);
  const n = Math.ceil(count / blockSize);
  const cast = (x: string) => c.with('Cast', [x], castTo('float32'));
  const numbers = c.reshape(cast(unpacked(c, data, bits, rows)), [rows, n, -1]);
  const zero =
    zeros === undefined ? c.builder.scalar(2 ** (bits - 1)) : zeroPoints(c, blocks, zeros);
  const scaled = c.op('Mul', c.op('Sub', numbers, zero), c.reshape(scales, [rows, n, 1]));
  const flat = c.reshape(scaled, [rows, -1]);
  const width = c.shape(flat)[1]!;
  return width === count ? flat : c.slice(flat, 1, 0, count);
}

function zeroPoints(c: LoweringContext, blocks: Blocks, zeros: string): string {
  const { bits, blockSize, rows, count } = blocks;
  const n = Math.ceil(count / blockSize);
  if (isFloat(c.builder.typeOf(zeros).dtype)) return c.reshape(zeros, [rows, n, 1]);
  const all = unpacked(c, zeros, bits, rows);
  // A row of zero points ends with a whole byte.
  const own = c.shape(all)[1] === n ? all : c.slice(all, 1, 0, n);
  return c.reshape(c.with('Cast', [own], castTo('float32')), [rows, n, 1]);
}

function lowerMatMul(c: LoweringContext): string[] {
  c.refuseInputs({ 4: 'g_idx' });
  if (c.int('weight_prepacked', 0) !== 0) c.refuse('Prepacked weights are not supported.');
  const [count, rows] = [c.int('K', 0), c.int('N', 0)];
  const weights = blockValues(c, {
    data: c.input(1),
    scales: c.input(2),
    zeros: c.optional(3),
    bits: c.int('bits', 4),
    blockSize: c.int('block_size', 0),
    rows,
    count,
  });
  const x = c.input(0);
  const shape = c.shape(x);
  const product = c.with('Gemm', [c.reshape(x, [-1, count]), weights], { transB: int(1) });
  const result = c.reshape(product, [...shape.slice(0, -1), rows]);
  const bias = c.optional(5);
  return [bias === undefined ? result : c.op('Add', result, bias)];
}

/** Only the rows that are looked up are unpacked. */
function lowerGather(c: LoweringContext): string[] {
  const [data, ids, scales, zeros] = [c.input(0), c.input(1), c.input(2), c.optional(3)];
  const [, width] = c.shape(data);
  if (c.shape(data).length !== 2) c.refuse('Only tables are supported.');
  const [gather, quantized] = [c.int('gather_axis', 0), c.int('quantize_axis', 1)];
  if (gather !== 0 || (quantized !== 1 && quantized !== -1)) {
    c.refuse('Only rows whose numbers stand in blocks are supported.');
  }
  const bits = c.int('bits', 4);
  const count = width! * (8 / bits);
  const shape = c.shape(ids);
  const flat = c.reshape(ids, [-1]);
  const rowsOf = (table: string) => c.with('Gather', [table, flat], { axis: int(0) });
  const rows = c.shape(flat)[0]!;
  const values = blockValues(c, {
    data: rowsOf(data),
    scales: rowsOf(scales),
    zeros: zeros && rowsOf(zeros),
    bits,
    blockSize: c.int('block_size', 128),
    rows,
    count,
  });
  return [c.reshape(values, [...shape, count])];
}

export const blocks: LoweringTable = {
  'com.microsoft.MatMulNBits': {
    attributes: ['K', 'N', 'accuracy_level', 'bits', 'block_size', 'weight_prepacked'],
    since: 1,
    becomes: 'A·Wᵀ with W = (B − zero)·scale',
    lower: lowerMatMul,
  },
  'com.microsoft.GatherBlockQuantized': {
    attributes: ['bits', 'block_size', 'gather_axis', 'quantize_axis'],
    since: 1,
    becomes: '(rows − zero)·scale',
    lower: lowerGather,
  },
};
