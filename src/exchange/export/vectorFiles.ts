/** The vectors alone, as JSON and as NumPy reads them. */
import { invariant } from '../../base/errors.ts';
import type { ExportContent, ExportSource } from './exported.ts';
import { readmeText } from './readme.ts';

/** The vectors and what they belong to as one JSON value. */
export function jsonExport(source: ExportSource): ExportContent {
  const { run, prompt, count } = source;
  const { vectors, width } = prompt;
  const rows = Array.from({ length: count }, (_, p) => [
    ...vectors.subarray(p * width, (p + 1) * width),
  ]);
  const head = {
    format: 'ptune-vectors-1',
    run: run.manifest.id,
    prompt: prompt.prompt,
    template: prompt.template,
    model: { id: run.manifest.model.id, sha256: prompt.model },
    placement: prompt.placement,
    shape: [count, width],
  };
  // One vector a line: a file of numbers should still be readable.
  const lines = rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n');
  const text = `${JSON.stringify(head, undefined, 2).slice(0, -2)},\n  "vectors": [\n${lines}\n  ]\n}\n`;
  const readme = readmeText(source, {
    what: `${shapeText(source)}, in \`prompt.json\` with the template and the places of the vectors in it.`,
    notes: [placesNote],
    warnings: [],
    python: `
import json

with open("prompt.json", encoding="utf-8") as file:
    prompt = json.load(file)
vectors = prompt["vectors"]
print(len(vectors), len(vectors[0]))`,
    javascript: `
import { readFileSync } from 'node:fs';

const prompt = JSON.parse(readFileSync('prompt.json', 'utf8'));
const vectors = prompt.vectors.map((row) => Float32Array.from(row));
console.log(vectors.length, vectors[0].length);`,
  });
  return {
    files: [
      { name: 'prompt.json', content: text },
      { name: 'README.md', content: readme },
    ],
    warnings: [],
  };
}

/** The vectors as an array of NumPy; the places are in a JSON file beside it. */
export function npyExport(source: ExportSource): ExportContent {
  const { prompt, count } = source;
  const { vectors, width, template, placement, model } = prompt;
  const readme = readmeText(source, {
    what: `${shapeText(source)}, in \`prompt_embeddings.npy\`; \`prompt.json\` has the template and the places of the vectors in it.`,
    notes: [placesNote],
    warnings: [],
    python: `
import numpy

vectors = numpy.load("prompt_embeddings.npy")
print(vectors.shape[0], vectors.shape[1])`,
    javascript: `
import { readFileSync } from 'node:fs';

// A header of text, its length at byte 8, then the numbers.
const bytes = readFileSync('prompt_embeddings.npy');
const start = 10 + bytes.readUInt16LE(8);
const [count, width] = /\\((\\d+), (\\d+)\\)/.exec(bytes.toString('latin1', 10, start)).slice(1).map(Number);
const vectors = Array.from({ length: count }, (_, p) =>
  Float32Array.from({ length: width }, (_, d) => bytes.readFloatLE(start + 4 * (p * width + d))),
);
console.log(vectors.length, vectors[0].length);`,
  });
  const places = { format: 'ptune-places-1', prompt: prompt.prompt, template, placement, model };
  return {
    files: [
      { name: 'prompt_embeddings.npy', content: npyBytes(vectors, [count, width]) },
      { name: 'prompt.json', content: `${JSON.stringify(places, undefined, 2)}\n` },
      { name: 'README.md', content: readme },
    ],
    warnings: [],
  };
}

/**
 * The bytes of a NumPy file of format 1.0 with float32 numbers in C order: the magic bytes, the
 * version, the header's length, the header padded to a multiple of 64 bytes in all, the numbers.
 */
function npyBytes(data: Float32Array, shape: readonly [number, number]): Uint8Array {
  const facts = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const length = Math.ceil((10 + facts.length + 1) / 64) * 64 - 10;
  invariant(length < 65536, 'The header of a NumPy file is short.');
  const bytes = Buffer.alloc(10 + length + data.byteLength);
  bytes.write('\x93NUMPY\x01\x00', 0, 'latin1');
  bytes.writeUInt16LE(length, 8);
  bytes.write(`${facts.padEnd(length - 1)}\n`, 10, 'latin1');
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + length);
  return bytes;
}

const placesNote =
  'Each item of `placement` is one `{*…}` of the template: `part` is its index among the parts of the template (words, slots, virtual tokens), `rows` the vectors that stand there in turn.';

const shapeText = ({ count, prompt, isDeep }: ExportSource): string =>
  isDeep
    ? `The keys and values of all layers for ${count} virtual tokens, ${prompt.width} numbers each (float32)`
    : `The vectors of ${count} virtual tokens, ${prompt.width} numbers each (float32)`;
