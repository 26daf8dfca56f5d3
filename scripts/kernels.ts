/** `npm run build:kernels`: assembles the optimizer's loops into a TypeScript file. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import wabt from 'wabt';

const folder = 'src/training/kernels';

/** The assembled text as the file that is imported. */
export async function kernelsFile(root: string): Promise<string> {
  const name = 'optimizer.wat';
  const text = await readFile(join(root, folder, name), 'utf8');
  const assembler = await wabt();
  const module = assembler.parseWat(name, text);
  const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64');
  const lines = base64.match(/.{1,90}/g)!.map((line) => `  '${line}'`);
  return (
    `/** optimizer.wat as WebAssembly, in base64. Made by \`npm run build:kernels\`. */\n` +
    `export const optimizerWasm = [\n${lines.join(',\n')},\n].join('');\n`
  );
}

if (process.argv[2] === 'write') {
  await writeFile(join(folder, 'optimizerWasm.ts'), await kernelsFile('.'));
}
