import { expect, it } from 'vitest';
import { listText, messageText } from '../../src/base/markdown.ts';

it('leaves no link in a message', () => {
  expect(messageText('"[x](command:a)" and [y](https://b)')).toBe(
    '"[x] (command:a)" and [y] (https://b)',
  );
  expect(messageText('f(x), a [b] (c)')).toBe('f(x), a [b] (c)');
});

it('leaves no icon in a list', () => {
  expect(listText('$(trash) costs $5')).toBe('\\$(trash) costs $5');
});
