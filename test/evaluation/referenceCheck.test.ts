import { expect, test } from 'vitest';
import { cosine, parseReference, relativeL2 } from '../../src/evaluation/referenceCheck.ts';

test('the error of a gradient is relative to the length of the other', () => {
  expect(relativeL2([1, 2, 2], [1, 2, 2])).toBe(0);
  expect(relativeL2([3, 0], [0, 4])).toBeCloseTo(5 / 4);
});

test('the cosine of gradients does not see their lengths', () => {
  expect(cosine([1, 2, 2], [10, 20, 20])).toBeCloseTo(1);
  expect(cosine([1, 0], [0, 7])).toBe(0);
  expect(cosine([1, 1], [-1, 0])).toBeCloseTo(-Math.SQRT1_2);
});

test.each([
  ['no JSON', '{', 'it is no JSON'],
  ['no cases', '{"cases": []}', '"cases" is missing or empty'],
  [
    'a case without values',
    '{"cases": [{"inputs": {}, "inputs_embeds": {}, "targets": []}]}',
    'case 1 has no "logits", "grad_inputs_embeds_of_loss_mean"',
  ],
])('%s is told', (_, text, why) => {
  expect(() => parseReference(text, 'cases.json')).toThrow(
    expect.objectContaining({
      code: 'reference/unreadable',
      message: `"cases.json" holds no reference cases: ${why}.`,
    }),
  );
});
