/** Operators that make or mark elements, and that have a form in simpler ones. */
import { castTo } from '../builder.ts';
import { normalizeAxis } from '../tensor.ts';
import type { LoweringContext, LoweringTable } from './lowering.ts';

/** Values [off, on] at the places that indices name along a new axis. */
function lowerOneHot(c: LoweringContext): string[] {
  const [indices, values] = [c.input(0), c.input(2)];
  const depth = c.builder.constantOf(c.input(1))?.data[0];
  if (depth === undefined) return c.refuse('Its depth is only known when the model runs.');
  const rank = c.shape(indices).length + 1;
  const axis = normalizeAxis(c.int('axis', -1), rank);
  const number = (value: number) => c.builder.constant('int64', [], [value]);
  const whole = c.with('Cast', [indices], castTo('int64'));
  const isNegative = c.op('Less', whole, number(0));
  const fromFront = c.op('Where', isNegative, c.op('Add', whole, number(depth)), whole);
  const places = c.builder.constant(
    'int64',
    Array.from({ length: rank }, (_, i) => (i === axis ? depth : 1)),
    Array.from({ length: depth }, (_, i) => i),
  );
  const hit = c.op('Equal', c.op('Unsqueeze', fromFront, c.builder.ints([axis])), places);
  const value = (i: number) => c.reshape(c.slice(values, 0, i, i + 1), []);
  return [c.op('Where', hit, value(1), value(0))];
}

export const arrangements: LoweringTable = {
  CastLike: {
    attributes: ['saturate'],
    since: 15,
    becomes: 'Cast',
    lower: (c) => [c.with('Cast', [c.input(0)], castTo(c.builder.typeOf(c.input(1)).dtype))],
  },
  OneHot: {
    attributes: ['axis'],
    since: 9,
    becomes: 'Where(indices = places, on, off)',
    lower: lowerOneHot,
  },
};
