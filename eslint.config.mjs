import tseslint from 'typescript-eslint';
import { guarded, layers } from './scripts/layers.mjs';

/** One lint block a layer: what its files may not import, with the reason as the message. */
function layerRules() {
  const names = Object.keys(layers);
  return names.map((name) => {
    const { values, types, modules = [], outside } = layers[name];
    const patterns = [];
    for (const other of names) {
      if (other === name || values.includes(other)) continue;
      const files = modules.flatMap((path) =>
        path.startsWith(`${other}/`) ? [path.slice(other.length + 1)] : [],
      );
      const but = files.length > 0 ? `(?!(${files.join('|')})\\.ts$)` : '';
      patterns.push({
        regex: `^\\.\\.?/(.*/)?${other}/${but}`,
        message: `The layer "${name}" may import ${types.includes(other) ? 'only types of' : 'nothing from'} "${other}"; see scripts/layers.mjs.`,
        allowTypeImports: types.includes(other),
      });
    }
    for (const [key, regex] of Object.entries(guarded)) {
      if (outside.includes(key)) continue;
      patterns.push({
        regex,
        message: `The layer "${name}" does not know ${key}; see scripts/layers.mjs.`,
      });
    }
    return {
      files: name === 'webview' ? ['webview/**/*.ts'] : [`src/${name}/**/*.ts`],
      rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
    };
  });
}

/** Clock and chance come in as arguments, so that the same seed gives the same bytes. */
const ambient = [
  { object: 'Math', property: 'random', message: 'Take a generator from base/random.ts.' },
];

/** `import { z }` keeps every language of zod's messages in the bundle: 440 kB that starting reads. */
const wholeLibraries = [
  {
    selector: "ImportDeclaration[source.value='zod'] > ImportSpecifier",
    message: "Write `import * as z from 'zod'`, of which the bundle keeps only what is used.",
  },
];

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'coverage/',
      'node_modules/',
      'test/e2e/tools/',
      'test/.output/',
      'test/fixtures/canary/',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.mjs', 'scripts/*.mjs', 'test/e2e/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-properties': ['error', ...ambient],
      'no-restricted-syntax': ['error', ...wholeLibraries],
    },
  },
  ...layerRules(),
  { files: ['scripts/**', 'test/**', 'src/cli/output.ts'], rules: { 'no-console': 'off' } },
  { files: ['**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
);
