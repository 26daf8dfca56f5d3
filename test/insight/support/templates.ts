/** Random templates in words, each with one answer. */
import fc from 'fast-check';

const piece = fc.oneof(
  fc.constantFrom('The', 'capital', 'of', 'is', "'s", 'É', 'straße', 'x-y', '3', '東京'),
  fc.constantFrom(' ', '  ', ' ', '\n', '\n\n'),
  fc.constantFrom('.', ',', ':', '?', ' – ', '"', '@', '{{', '}}', '\u{100000}'),
  fc.constantFrom('{country}', '{country|upper}', '{demos:2}', '{year}'),
);

/** Templates with words, marks, slots, line breaks, braces and private characters. */
export const marked = fc
  .tuple(fc.array(piece, { maxLength: 8 }), fc.array(piece, { maxLength: 8 }))
  .map(([before, after]) =>
    `${before.join('')}{capital}${after.join('')}`.trim().replaceAll(/^@/gm, '@@'),
  );
