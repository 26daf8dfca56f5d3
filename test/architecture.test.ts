/** The shape of the house: what its rules forbid, and that the rules can fire. */
import { execFileSync } from 'node:child_process';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { beforeAll, describe, expect, test } from 'vitest';
import { errorKinds } from '../src/base/errors.ts';
import { importsOf, layerOf, read, root, sourcesBelow } from './support/project.ts';
import { temporaryFolder } from './support/temporaryFolder.ts';
import { writeProject } from './support/tinyProject.ts';

interface Layer {
  readonly values: readonly string[];
  readonly types: readonly string[];
  readonly modules?: readonly string[];
  readonly outside: readonly string[];
}
const { layers, guarded } = (await import(join(root, 'scripts/layers.mjs'))) as {
  layers: Readonly<Record<string, Layer>>;
  guarded: Readonly<Record<string, string>>;
};
const sources = [...sourcesBelow('src'), ...sourcesBelow('webview')];

/** The project's own lint rules, without those that need the file to be part of the program. */
const eslint = new ESLint({
  cwd: root,
  overrideConfig: [tseslint.configs.disableTypeChecked],
});

/** The messages of the linter about a file that does not exist, as if it had this text. */
async function lint(path: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: join(root, path) });
  return result!.messages.map(({ message }) => message);
}

describe('the lint rule of the layers', () => {
  test.each([
    ['language', 'node:fs', 'The layer "language" does not know node'],
    ['extension', 'onnxruntime-node', 'The layer "extension" does not know onnxruntime-node'],
    ['training', 'onnxruntime-node', 'The layer "training" does not know onnxruntime-node'],
    ['trainer', 'vscode', 'The layer "trainer" does not know vscode'],
    ['autodiff', '../runtime/session.ts', 'may import nothing from "runtime"'],
    ['extension', '../training/train.ts', 'may import nothing from "training"'],
    ['base', '../language/ast.ts', 'may import nothing from "language"'],
  ])('forbids %s to import %s', async (layer, module, message) => {
    const found = await lint(`src/${layer}/canary.ts`, `import { x } from '${module}';\nx();\n`);
    expect(found).toEqual([expect.stringContaining(message)]);
  });

  test('allows the types of a types-only layer, and only its types', async () => {
    const path = 'src/protocol/canary.ts';
    const module = '../language/ast.ts';
    expect(await lint(path, `import type { X } from '${module}';\nexport type Y = X;\n`)).toEqual(
      [],
    );
    expect(await lint(path, `import { x } from '${module}';\nx();\n`)).toEqual([
      expect.stringContaining('may import only types of "language"'),
    ]);
  });

  test('allows what the table allows', async () => {
    const text = "import { x } from '../onnx/graph.ts';\nx();\n";
    expect(await lint('src/autodiff/canary.ts', text)).toEqual([]);
  });

  test('forbids a page of the report to import from outside the contracts', async () => {
    const text = "import { x } from '../src/runs/runStore.ts';\nx();\n";
    expect(await lint('webview/canary.ts', text)).toEqual([
      expect.stringContaining('may import nothing from "runs"'),
    ]);
  });

  test('lets a page of the report measure from the evaluation, and take nothing else of it', async () => {
    const about = (file: string) =>
      lint('webview/canary.ts', `import { x } from '../src/evaluation/${file}.ts';\nx();\n`);
    expect(await about('compare')).toEqual([]);
    expect(await about('predict')).toEqual([
      expect.stringContaining('may import nothing from "evaluation"'),
    ]);
  });

  test('forbids more than 400 lines of code in a file, and Math.random', async () => {
    const long = Array.from({ length: 401 }, (_, i) => `export const a${i} = ${i};`).join('\n');
    expect(await lint('src/base/canary.ts', `${long}\n`)).toEqual([
      expect.stringContaining('File has too many lines (401)'),
    ]);
    expect(await lint('src/base/canary.ts', 'export const a = Math.random();\n')).toEqual([
      expect.stringContaining('Take a generator from base/random.ts'),
    ]);
  });
});

describe('the imports of all files', () => {
  test('every folder of src is a layer', () => {
    const folders = new Set(sources.map(layerOf));
    expect([...folders].filter((name) => name === undefined || !(name in layers))).toEqual([]);
  });

  // The linter does not see import() and require(); this reads every form.
  test('keep to the table of layers, in whatever form they are written', () => {
    const forbidden = sources.flatMap((path) => {
      const name = layerOf(path)!;
      const { values, types, modules = [], outside } = layers[name]!;
      const files = modules.map((module) => `src/${module}.ts`);
      return importsOf(path)
        .filter((module) => {
          if (files.includes(module)) return false;
          const other = layerOf(module);
          if (other !== undefined) return ![name, ...values, ...types].includes(other);
          return Object.entries(guarded).some(
            ([key, pattern]) => !outside.includes(key) && new RegExp(pattern).test(module),
          );
        })
        .map((module) => `${path} imports ${module}`);
    });
    expect(forbidden).toEqual([]);
  });

  test('name onnxruntime-node in one file', () => {
    const naming = sources.filter((path) => /['"`]onnxruntime-node['"`/]/.test(read(path)));
    expect(naming).toHaveLength(1);
    expect(naming[0]).toMatch(/^src\/runtime\//);
  });
});

test('docs/errors.md has one row for every error code, with its kind', () => {
  const rows = [...read('docs/errors.md').matchAll(/^\| `([^`]+)` +\| (\w+) /gm)];
  expect(rows.map(([, code, kind]) => [code, kind])).toEqual(Object.entries(errorKinds));
});

describe('the bundles', () => {
  interface Bundle {
    readonly inputs: readonly string[];
    readonly externals: readonly string[];
  }
  let bundles: Readonly<Record<string, Bundle>>;

  beforeAll(() => {
    execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'ignore' });
    const built = JSON.parse(read('dist/build.json')) as { bundles: typeof bundles };
    bundles = built.bundles;
  });

  test('are the extension for desk and browser, its processes, the command line and the report', () => {
    expect(Object.keys(bundles).sort()).toEqual([
      'cli.cjs',
      'extension.cjs',
      'report.js',
      'tokens.cjs',
      'trainer.cjs',
      'web.cjs',
    ]);
  });

  test('leave nothing to be found at run time but Node, VS Code and the native runtime', () => {
    const outside = (name: string) =>
      bundles[name]!.externals.filter(
        (module) => !builtinModules.includes(module.replace(/^node:/, '')),
      );
    expect(outside('extension.cjs')).toEqual(['vscode']);
    expect(outside('trainer.cjs')).toEqual(['onnxruntime-node']);
    expect(outside('cli.cjs')).toEqual(['onnxruntime-node']);
    expect(outside('report.js')).toEqual([]);
    expect(outside('tokens.cjs')).toEqual([]);
    expect(outside('web.cjs')).toEqual(['vscode']);
  });

  test('keep the runtime, the tokenizer and the model out of the extension', () => {
    const { inputs } = bundles['extension.cjs']!;
    const heavy = /onnxruntime|transformers|^src\/(onnx|autodiff|model|runtime|training)\//;
    expect(inputs.filter((path) => heavy.test(path))).toEqual([]);
    expect(read('dist/extension.cjs')).not.toMatch(/require[^;\n]{0,40}onnxruntime/);
  });

  test('keep graphs, models and Node out of the report, which measures from answers alone', () => {
    const { inputs, externals } = bundles['report.js']!;
    const heavy = /onnx|transformers|^src\/(autodiff|model|runtime|training|hub|data|files)\//;
    expect(inputs.filter((path) => heavy.test(path))).toEqual([]);
    expect(externals).toEqual([]);
    expect(inputs).toContain('src/evaluation/compare.ts');
  });

  /** Loads a bundle in a process of its own, the extension with an open file; what it then holds. */
  async function host(name: string): Promise<HostReport> {
    const folder = await temporaryFolder();
    const path = await writeProject(folder, { prompts: '@prompt p\n{*2} {land} {capital}' });
    const args = [join(root, 'test/support/editorHost.mjs'), join(root, 'dist', name), path];
    const printed = execFileSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    return JSON.parse(printed.toString()) as HostReport;
  }

  test('let the extension run without the native runtime', async () => {
    const found = await host('extension.cjs');
    expect(found.commands).toContain('ptune.train');
    expect(found.failed).toEqual([]);
    // The wrong column in the open file: the extension really read it and its data.
    expect(found.diagnostics[0]).toBeGreaterThan(0);
    expect(found.runtime).toEqual([]);
  });

  test('load the native runtime in the trainer, which shows that it would be seen', async () => {
    const { runtime } = await host('trainer.cjs');
    expect(runtime.some((path) => path.includes('onnxruntime_binding.node'))).toBe(true);
  });
});

/** What test/support/editorHost.mjs prints. */
interface HostReport {
  readonly commands: readonly string[];
  /** How many diagnostics were shown, each time. */
  readonly diagnostics: readonly number[];
  readonly failed: readonly string[];
  /** Loaded modules, libraries and mapped files of the native runtime. */
  readonly runtime: readonly string[];
}
