/** What the editor says of exports, without an editor. */
import { expect, it } from 'vitest';
import { exportProgress, formatItems } from '../../src/extension/transfer/formats.ts';
import { exportFormats } from '../../src/protocol/exchange.ts';

it('has a line for every format, those that are refused last and with their reason', () => {
  const items = formatItems(
    exportFormats.map((format) => ({
      format,
      ...(format === 'peft' && { refusal: 'Two virtual tokens stand behind the slot.' }),
    })),
  );
  expect(items.map(({ choice }) => choice.format)).toEqual([
    'tokens',
    'onnx',
    'json',
    'npy',
    'peft',
  ]);
  expect(items.at(-1)).toMatchObject({
    description: 'peft · not possible',
    detail: 'Two virtual tokens stand behind the slot.',
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
