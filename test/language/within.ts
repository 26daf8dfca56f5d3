/** Expects places to lie in their text. */
import type { Span } from '../../src/language/ast.ts';
import { expectSame } from './same.ts';

/** Expects every named span to be a range of `text`; the names are for the failure's message. */
export function expectWithin(text: string, spans: readonly (readonly [string, Span])[]): void {
  const outside = spans.filter(
    ([, { start, end }]) => !(0 <= start && start <= end && end <= text.length),
  );
  expectSame(outside, []);
}
