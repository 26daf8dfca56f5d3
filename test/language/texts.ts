/** Random texts for property tests: noise, pieces of the language in any order, and damaged files. */
import fc from 'fast-check';

/** A file that uses most of the language. */
export const valid = `---
model: {id: ./m, dtype: fp16}
data: {train: a.csv, validation: 0.2}
answer: label
labels:
  good: [great, 'fine']
  bad: "poor"
expect: [accuracy >= 0.8]
sweep: {steps: [1, 2], learningRate: {min: 0.1, max: 1}}
train:
  &x encoder: lstm
  seeds: [1, 2]
---
@# comment
@prompt one {epochs: 3, init: labels}
{*5 "a b"} {text|trim|lower} {*rel:2} {label} {*rel} {{x}}

@@more {demos:4}
@prompt two
{label}: {text}
`;

/** Pieces that mean something, so that mutated files reach every branch. */
const pieces = [
  '{',
  '}',
  '{{',
  '}}',
  '{*',
  '*',
  '|',
  '"',
  '\\',
  ':',
  '@',
  '@@',
  '@#',
  '@prompt ',
  '@promt',
  '---\n',
  '\n',
  '\r\n',
  '\r',
  ' ',
  '\t',
  '\uFEFF',
  '\uD83D',
  '😀',
  '[',
  ']',
  '- ',
  '? ',
  '&a ',
  '*a',
  '!!binary ',
  '!x ',
  '%YAML 1.1\n',
  '<<: ',
  '__proto__: ',
  'constructor',
  '0x1F',
  '1e999',
  '.nan',
  '~',
  'null',
  '9999999999',
  'answer: ',
  'model: ',
  'train:\n',
  'demos:',
  '\u2028',
  '\0',
  'label',
  '...',
  '|\n',
  '>\n',
  '#',
];

const mutated = fc
  .array(
    fc.record({
      at: fc.nat(valid.length),
      cut: fc.nat(12),
      put: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 5 })),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((edits) =>
    edits.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), valid),
  );

/** Any text at all, often nearly a file. */
export const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join('')),
  fc
    .array(fc.constantFrom(...pieces), { maxLength: 30 })
    .map((parts) => `---\nanswer: label\n---\n@prompt a\n${parts.join('')}`),
  mutated,
);
