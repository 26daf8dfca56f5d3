/** The example in src/autodiff/README.md does what it says. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { float32, Session } from '../../src/runtime/session.ts';
import { read, root } from '../support/project.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

test('the example gives the numbers that stand below it', async () => {
  const [, code] = /```ts\n([^]*?)```/.exec(read('src/autodiff/README.md'))!;
  const [, x, loss, gradient] = /x = \((.*?)\).*loss = (\S+) and gradient = \((.*?)\)/.exec(code!)!;
  const file = join(await temporaryFolder(), 'example.ts');
  const here = join(root, 'src/autodiff/');
  const absolute = code!.replace(
    /from '(\..*?)'/g,
    (_, path: string) => `from '${join(here, path)}'`,
  );
  await writeFile(file, `${absolute}\nexport { bytes };\n`);
  const { bytes } = (await import(file)) as { bytes: Uint8Array };
  const session = await Session.create(bytes);
  const numbers = (text: string) => text.split(', ').map(Number);
  const found = await session.run({ x: float32([3], Float32Array.from(numbers(x!))) });
  await session.release();
  expect([...found.loss!]).toEqual(numbers(loss!));
  expect([...found.gradient!]).toEqual(numbers(gradient!));
});
