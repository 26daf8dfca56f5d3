/**
 * The layers of the house, from the ground up: each folder of `src` (and `webview`) with the
 * folders that it may import. This table is the source of the lint rule that enforces it
 * (eslint.config.mjs) and of the canary test that proves the rule can fire
 * (test/architecture.test.ts).
 *
 * `values`: run-time imports. `types`: folders of which only types may be imported.
 * `modules`: single files of other folders that may be imported although their folder may not.
 * `outside`: which of the guarded outside modules the layer may name.
 */
export const layers = {
  base: { values: [], types: [], outside: [] },
  files: { values: ['base'], types: [], outside: ['node'] },
  language: { values: ['base'], types: [], outside: [] },
  onnx: { values: ['base'], types: [], outside: [] },
  autodiff: { values: ['base', 'onnx'], types: [], outside: [] },
  model: { values: ['base', 'onnx', 'autodiff'], types: [], outside: [] },
  runtime: { values: ['base', 'onnx'], types: [], outside: ['onnxruntime-node', 'node'] },
  hub: { values: ['base', 'files', 'onnx', 'model'], types: [], outside: ['node'] },
  encoding: { values: ['base', 'language'], types: ['data', 'hub'], outside: [] },
  protocol: { values: ['base'], types: ['language'], outside: [] },
  runs: { values: ['base', 'files', 'language'], types: ['protocol'], outside: ['node'] },
  data: { values: ['base', 'language', 'hub', 'runs'], types: [], outside: ['node'] },
  staleness: {
    values: ['base', 'language', 'hub', 'runs', 'protocol'],
    types: [],
    outside: ['node'],
  },
  evaluation: {
    values: [
      'base',
      'language',
      'onnx',
      'autodiff',
      'model',
      'runtime',
      'data',
      'hub',
      'encoding',
      'protocol',
    ],
    types: [],
    outside: [],
  },
  tokens: {
    values: ['base', 'language', 'data', 'hub', 'encoding', 'protocol'],
    types: [],
    outside: ['node'],
  },
  training: {
    values: [
      'base',
      'language',
      'onnx',
      'autodiff',
      'model',
      'runtime',
      'data',
      'hub',
      'encoding',
      'runs',
      'staleness',
      'evaluation',
      'protocol',
    ],
    types: [],
    outside: ['node'],
  },
  exchange: {
    values: [
      'base',
      'files',
      'language',
      'onnx',
      'model',
      'data',
      'hub',
      'encoding',
      'runs',
      'staleness',
      'evaluation',
      'training',
      'protocol',
    ],
    types: [],
    outside: ['node'],
  },
  insight: {
    values: [
      'base',
      'files',
      'language',
      'model',
      'data',
      'hub',
      'encoding',
      'runs',
      'staleness',
      'evaluation',
      'training',
      'protocol',
    ],
    types: [],
    outside: ['node'],
  },
  sweep: {
    values: ['base', 'files', 'language', 'runtime', 'runs', 'evaluation', 'training', 'protocol'],
    types: ['data', 'hub'],
    outside: ['node'],
  },
  trainer: {
    values: [
      'base',
      'language',
      'runtime',
      'data',
      'hub',
      'runs',
      'evaluation',
      'training',
      'exchange',
      'insight',
      'protocol',
    ],
    types: ['onnx', 'model'],
    outside: ['node'],
  },
  cli: {
    values: [
      'base',
      'files',
      'language',
      'onnx',
      'autodiff',
      'model',
      'runtime',
      'data',
      'hub',
      'encoding',
      'runs',
      'staleness',
      'evaluation',
      'training',
      'exchange',
      'insight',
      'sweep',
      'protocol',
    ],
    types: [],
    outside: ['node'],
  },
  extension: {
    values: ['base', 'language', 'data', 'hub', 'runs', 'staleness', 'protocol'],
    types: [],
    outside: ['node', 'vscode'],
  },
  // The answers are on the page; what they say of two prompts is measured by the one function for it.
  webview: {
    values: ['protocol'],
    types: ['base'],
    modules: ['evaluation/answerMatch', 'evaluation/compare'],
    outside: [],
  },
};

/** The outside modules that only some layers may name, as import patterns. */
export const guarded = {
  node: '^node:',
  vscode: '^vscode$',
  'onnxruntime-node': '^onnxruntime-(node|web|common)',
};
