/** The committed models are what the recipes make, as far as that can be seen without training. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recipes } from '../../scripts/models/recipes.ts';
import { readModelFile } from '../../src/hub/openModel.ts';
import type { Node } from '../../src/onnx/graph.ts';
import { sizeOf } from '../../src/onnx/tensor.ts';
import { root } from '../support/project.ts';

const models = join(root, 'media', 'models');

it('has a recipe for every bundled model', () => {
  expect(readdirSync(models).sort()).toEqual(Object.keys(recipes).sort());
});

describe.each(Object.entries(recipes))('%s', (name, make) => {
  const folder = join(models, name);
  const recipe = make();

  it('has the tokenizer and the configuration that its text gives', () => {
    for (const [file, content] of Object.entries(recipe.files)) {
      const text = `${JSON.stringify(content, undefined, 1)}\n`;
      expect(readFileSync(join(folder, file), 'utf8') === text, file).toBe(true);
    }
  });

  it("has the graph and the weights' shapes of its definition", () => {
    const path = join(folder, 'onnx', 'model.onnx');
    const { graph, opsets } = readModelFile(path);
    expect(opsets.get('')).toBe(recipe.definition.opset);
    const wired = ({ op, inputs, outputs }: Node) => ({ op, inputs, outputs });
    expect(graph.nodes.map(wired)).toEqual(recipe.definition.graph.nodes.map(wired));
    expect(graph.inputs).toEqual(recipe.definition.graph.inputs);
    for (const { name: weight, shape } of recipe.definition.weights) {
      expect(graph.initializers.get(weight)?.shape, weight).toEqual(shape);
    }
    const parameters = recipe.definition.weights.reduce((sum, w) => sum + sizeOf(w.shape), 0);
    expect(parameters).toBeGreaterThan(0.5e6);
  });

  it('takes at most 8 MB', () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const bytes = files
      .map((file) => statSync(join(folder, file)))
      .filter((stat) => stat.isFile())
      .reduce((sum, { size }) => sum + size, 0);
    expect(bytes).toBeLessThan(8e6);
  });
});
