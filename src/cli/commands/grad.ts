/** `ptune grad`: the gradient graph of any ONNX model as an ONNX model. */
import { mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { gradientGraph } from '../../autodiff/gradientGraph.ts';
import { PtuneError } from '../../base/errors.ts';
import { counted } from '../../base/format.ts';
import { weightsFolder } from '../../hub/modelFiles.ts';
import { readModelFile } from '../../hub/openModel.ts';
import type { Graph, Model } from '../../onnx/graph.ts';
import { isStored } from '../../onnx/tensor.ts';
import { writeModel, type RawInitializer } from '../../onnx/write.ts';
import { atomicWrite } from '../../files/atomicWrite.ts';
import { print, printJson, type Output } from '../output.ts';

export interface GradOptions {
  readonly of: string;
  readonly wrt: readonly string[];
  readonly output: string;
  /** Each as NAME=1,2,3. */
  readonly shape?: readonly string[];
  readonly embed?: boolean;
}

/** Protobuf has no messages of 2 GB; the graph needs some room, too. */
const maximumEmbedded = 1.9e9;

/** Writes the gradient graph of a model's value. */
export async function grad(path: string, options: GradOptions, output: Output): Promise<number> {
  const model = readModelFile(path);
  const shapes = new Map((options.shape ?? []).map(parseShape));
  const { graph, value, gradients } = gradientGraph(model, { ...options, shapes });
  const target = resolve(options.output);
  if (target === resolve(path)) {
    throw new PtuneError(
      'cli/usage',
      `The gradient graph would overwrite the model "${path}".`,
      'Give --output another name.',
    );
  }
  mkdirSync(dirname(target), { recursive: true });
  const isBeside = realpathSync(dirname(target)) === weightsFolder(path);
  const stored = [...graph.initializers.values()].filter(isStored);
  const weights =
    stored.length === 0 ? 'none' : isBeside && options.embed !== true ? 'referenced' : 'embedded';
  const bytes = weights === 'embedded' ? embedded(graph, model) : writeModel(graph);
  await atomicWrite(target, bytes);
  if (output.json) {
    const files = [...new Set(stored.map(({ location }) => location))];
    printJson({
      output: target,
      value,
      gradients: Object.fromEntries(gradients),
      inputs: Object.fromEntries(graph.inputs.map(({ name, shape }) => [name, shape])),
      nodes: graph.nodes.length,
      weights,
      ...(weights === 'referenced' && { files }),
    });
    return 0;
  }
  print(`${options.output}: ${counted(graph.nodes.length, 'node')}`);
  print(`outputs: ${[value, ...gradients.values()].join(', ')}`);
  if (weights === 'referenced') {
    const files = [...new Set(stored.map(({ location }) => basename(location)))].join(', ');
    print(`its weights stay in ${files}: keep the files in one folder`);
  } else if (weights === 'embedded') print('its weights are in the file');
  return 0;
}

/** NAME=1,2,3 as a name and lengths; NAME= is a scalar. */
function parseShape(text: string): [string, number[]] {
  const at = text.lastIndexOf('=');
  const lengths = text.slice(at + 1);
  if (at > 0 && /^(\d{1,9}(,\d{1,9})*)?$/.test(lengths)) {
    return [text.slice(0, at), lengths === '' ? [] : lengths.split(',').map(Number)];
  }
  throw new PtuneError(
    'cli/usage',
    `"${text}" is no shape.`,
    'Write the name of an input and the lengths of its axes: --shape input_ids=1,16',
  );
}

/** The bytes of a file with every weight in it. */
function embedded(graph: Graph, model: Model): Uint8Array {
  const stored = [...graph.initializers].flatMap(([name, value]) =>
    isStored(value) ? [{ name, value }] : [],
  );
  const size = stored.reduce((sum, { value }) => sum + value.length, 0);
  if (size > maximumEmbedded) {
    throw new PtuneError(
      'cli/usage',
      `Weights of ${(size / 1e9).toFixed(1)} GB do not fit into one ONNX file.`,
      "Put the output into the model's own folder, where it can refer to the weights.",
    );
  }
  const initializers = new Map([...graph.initializers].filter(([, value]) => !isStored(value)));
  const rawInitializers = stored.map(({ name, value }): RawInitializer => {
    const { dtype, shape } = value;
    return { name, dtype, shape, bytes: model.readStored(value) };
  });
  return writeModel({ ...graph, initializers }, { rawInitializers });
}
