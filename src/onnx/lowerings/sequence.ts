/** Operators over sequences of tensors, whose lengths and places are known while a graph is built. */
import { addSequence, partsOf } from '../sequences.ts';
import { normalizeAxis } from '../tensor.ts';
import type { LoweringContext, LoweringTable } from './lowering.ts';

/** The parts of input 0. */
function parts(c: LoweringContext): readonly string[] {
  return partsOf(c.builder, c.input(0)) ?? c.refuse('Its input 0 is no sequence.');
}

/** The whole numbers of input `index`. */
function known(c: LoweringContext, index: number, what: string): Float64Array {
  const value = c.builder.constantOf(c.input(index));
  return value ? value.data : c.refuse(`${what} is only known when the model runs.`);
}

/** A place among `count`, counted from the end where it is negative; the last one where it is absent. */
function placeOf(c: LoweringContext, index: number, count: number): number {
  if (c.optional(index) === undefined) return count - 1;
  const [place = 0] = known(c, index, 'The place in the sequence');
  const at = place < 0 ? place + count : place;
  return at >= 0 && at < count
    ? at
    : c.refuse(`The place ${place} is outside of a sequence of ${count}.`);
}

/** The lengths of the parts along an axis of length `n`: a list of them, or one that all but the last have. */
function lengthsOf(c: LoweringContext, n: number): number[] {
  if (c.optional(1) === undefined) return new Array<number>(n).fill(1);
  const lengths = [...known(c, 1, 'Where to split')];
  if (c.shape(c.input(1)).length > 0) return lengths;
  const [each] = lengths as [number];
  if (each < 1) c.refuse(`Parts of length ${each} do not make ${n}.`);
  return Array.from({ length: Math.ceil(n / each) }, (_, i) => Math.min(each, n - i * each));
}

function lowerSplit(c: LoweringContext): string[] {
  const x = c.input(0);
  const shape = c.shape(x);
  const axis = normalizeAxis(c.int('axis', 0), shape.length);
  const lengths = lengthsOf(c, shape[axis]!);
  const dropsAxis = c.optional(1) === undefined && c.int('keepdims', 1) === 0;
  let start = 0;
  const made = lengths.map((length) => {
    const part = c.slice(x, axis, start, start + length);
    start += length;
    return dropsAxis ? c.op('Squeeze', part, c.builder.ints([axis])) : part;
  });
  if (start !== shape[axis])
    c.refuse(`Parts of ${lengths.join(' + ')} do not make ${shape[axis]}.`);
  return [addSequence(c.builder, made)];
}

function lowerConcat(c: LoweringContext): string[] {
  const whole = parts(c);
  if (whole.length === 0) c.refuse('The sequence is empty.');
  const isNew = c.int('new_axis', 0) === 1;
  const rank = c.shape(whole[0]!).length + (isNew ? 1 : 0);
  const axis = normalizeAxis(c.int('axis', 0), rank);
  const own = isNew ? whole.map((part) => c.op('Unsqueeze', part, c.builder.ints([axis]))) : whole;
  return [c.concat(own, axis)];
}

function lowerInsert(c: LoweringContext): string[] {
  const whole = parts(c);
  const at = placeOf(c, 2, whole.length + 1);
  return [addSequence(c.builder, [...whole.slice(0, at), c.input(1), ...whole.slice(at)])];
}

function lowerErase(c: LoweringContext): string[] {
  const whole = parts(c);
  const at = placeOf(c, 1, whole.length);
  return [addSequence(c.builder, [...whole.slice(0, at), ...whole.slice(at + 1)])];
}

const row = (
  attributes: readonly string[],
  becomes: string,
  lower: (c: LoweringContext) => string[],
) => ({ attributes, since: 11, becomes, lower });

export const sequences: LoweringTable = {
  ConcatFromSequence: row(['axis', 'new_axis'], 'Concat', lowerConcat),
  SequenceAt: row([], 'the part at a place that is known without a run', (c) => {
    const whole = parts(c);
    return [whole[placeOf(c, 1, whole.length)]!];
  }),
  SequenceConstruct: row([], 'a list of values, kept beside the graph', (c) => [
    addSequence(c.builder, c.inputs),
  ]),
  SequenceEmpty: row(['dtype'], 'an empty list', (c) => [addSequence(c.builder, [])]),
  SequenceErase: row([], 'the list without one part', lowerErase),
  SequenceInsert: row([], 'the list with one part more', lowerInsert),
  SequenceLength: row([], 'a constant', (c) => [c.builder.scalar(parts(c).length, 'int64')]),
  SplitToSequence: row(['axis', 'keepdims'], 'Slice for each part', lowerSplit),
};
