/** What the editor says of exports, without an editor. */
import { expect, it } from 'vitest';
import { exportProgress, formatItems } from '../../src/extension/transfer/formats.ts';
import { exportFormats } from '../../src/protocol/exchange.ts';

it('has a line for every format, those that are refused last and with their reason', () => {
  const items = formatItems(
    exportFormats.map((format) => ({
      format,
      ...(format === 'peft' && { refusal: 'It "p" cannot leave: 2 virtual $(tokens) stand late.' }),
      ...(format === 'npy' && { refusal: 'There is no prompt.' }),
    })),
  );
  expect(items.map(({ choice }) => choice.format)).toEqual([
    'tokens',
    'onnx',
    'json',
    'peft',
    'npy',
  ]);
  expect(items.at(-1)!.detail).toBe('There is no prompt.');
  expect(items.at(-2)).toMatchObject({
    description: 'peft · not possible',
    detail: '2 virtual \\$(tokens) stand late.',
  });
  for (const { label, detail } of items) {
    expect(label).not.toBe('');
    expect(detail.length).toBeLessThan(100);
  }
});

it('tells how much of a model is written', () => {
  expect(exportProgress({ type: 'exporting', bytes: 120_000_000 })).toBe(
    '120 MB of the model written',
  );
  expect(exportProgress({ type: 'scoring', prompt: 'p', split: 'test' })).toBeUndefined();
});
