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

/** Settings that are quickly read. */
const settings = [
  '',
  'answer: label\n',
  'answer: label\nbaseline: one\n',
  'answer: label\nlabels: {good: [great], bad: [poor]}\n',
  'model: ./m\nanswer: label\ntrain: {steps: 3}\n',
  'answer: [\n',
];

const heads = [
  '@prompt one',
  '@prompt two {epochs: 3}',
  '@prompt three {seeds: [1, 2], expect: accuracy >= 0.8}',
  '@prompt four',
  '@promt five',
  '@prompt',
];

const lines = [
  '{text|trim} {label}',
  '{*rel:2} {label} {*rel}',
  '{*5 "a b"} {text} {{x}} {label}',
  '{ text | lower } {* 3 } }',
  '@@more {demos:4}',
  '@# comment',
  'It was {label}. ',
  '',
];

const line = fc.oneof(
  { arbitrary: fc.constantFrom(...lines), weight: 5 },
  { arbitrary: fc.constantFrom(...pieces), weight: 1 },
  { arbitrary: fc.string({ maxLength: 8 }), weight: 1 },
);

/** A file of whole lines with noise between them. */
export const assembled = fc
  .tuple(
    fc.constantFrom(...settings),
    fc.array(fc.tuple(fc.constantFrom(...heads), fc.array(line, { maxLength: 3 })), {
      maxLength: 5,
    }),
    fc.constantFrom('\n', '\n', '\r\n', '\r'),
  )
  .map(([front, prompts, eol]) =>
    ['---', `${front}---`, ...prompts.flatMap(([head, template]) => [head, ...template])]
      .join('\n')
      .replaceAll('\n', eol),
  );

/** What a person types, pastes and takes away, one after the other. */
export const edits = fc.array(
  fc.record({
    /** In thousandths of the text's length. */
    at: fc.nat(1000),
    cut: fc.oneof(fc.constant(0), fc.nat(6)),
    put: fc.oneof(fc.constantFrom(...pieces, ...heads, ...lines), fc.string({ maxLength: 4 })),
  }),
  { minLength: 1, maxLength: 3 },
);

/** Time for ten thousand cases, on a machine that does much else. */
export const manyCasesMs = 240_000;

/** Any text at all, often nearly a file. */
export const texts = fc.oneof(
  { arbitrary: fc.string({ unit: 'binary', maxLength: 200 }), weight: 1 },
  {
    arbitrary: fc
      .array(fc.constantFrom(...pieces), { maxLength: 40 })
      .map((parts) => parts.join('')),
    weight: 1,
  },
  {
    arbitrary: fc
      .array(fc.constantFrom(...pieces), { maxLength: 30 })
      .map((parts) => `---\nanswer: label\n---\n@prompt a\n${parts.join('')}`),
    weight: 2,
  },
  { arbitrary: assembled, weight: 3 },
  { arbitrary: mutated, weight: 1 },
);
