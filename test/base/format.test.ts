import { describe, expect, test } from 'vitest';
import {
  counted,
  duration,
  listed,
  percent,
  percentRange,
  points,
  resumedText,
  pointsInWords,
  pointsRange,
  pValueText,
  twoPlaces,
} from '../../src/base/format.ts';

describe('numbers for people', () => {
  test.each([
    [percent(0.928), '93 %'],
    [percentRange([0.826, 0.97]), '83–97 %'],
    [points(0.509), '+51'],
    [points(-0.06), '−6'],
    [points(-0.004), '0'],
    [pointsRange([-0.06, 0.12]), '−6 to +12'],
    [pointsInWords(-0.09), '9 points'],
    [pointsInWords(0.01), '1 point'],
    [pointsInWords(0.003), 'less than 1 point'],
    [pointsInWords(0), '0 points'],
    [pValueText(0.00099), 'p < 0.001'],
    [pValueText(0.004), 'p = 0.004'],
    [pValueText(0.0096), 'p = 0.01'],
    [pValueText(0.32), 'p = 0.32'],
    [pValueText(0.9951), 'p = 1'],
    [twoPlaces(0.614), '.61'],
    [twoPlaces(1), '1.00'],
    [twoPlaces(-0.05), '−.05'],
    [twoPlaces(-0.001), '.00'],
    [duration(0.84), '0.8 s'],
    [duration(9.96), '10 s'],
    [duration(200), '3 min 20 s'],
    [duration(3900), '1 h 5 min'],
    [counted(1, 'example'), '1 example'],
    [counted(57, 'example'), '57 examples'],
    [listed(['a', 'b', 'c']), 'a, b and c'],
    [listed(['a']), 'a'],
    [resumedText([]), undefined],
    [resumedText([0]), 'resumed from its start'],
    [resumedText([8, 8]), 'resumed after step 8'],
    [resumedText([0, 8, 20]), 'resumed after steps 0, 8 and 20'],
  ])('%s', (written, expected) => {
    expect(written).toBe(expected);
  });
});
