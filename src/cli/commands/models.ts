/** `ptune models verify`: whether a model can be trained. */
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { PtuneError } from '../../base/errors.ts';
import { checkCase, parseReference, type CaseErrors } from '../../evaluation/referenceCheck.ts';
import { underEngine, verifyModel, type Verification } from '../../evaluation/verifyModel.ts';
import { locateModel } from '../../hub/locate.ts';
import { isCausal, readModelConfig, type ModelConfig } from '../../hub/modelConfig.ts';
import { weightsFolder } from '../../hub/modelFiles.ts';
import { readModelFile } from '../../hub/openModel.ts';
import {
  findEncoder,
  findLanguageModel,
  type Encoder,
  type LanguageModel,
} from '../../model/languageModel.ts';
import { modelPlaces } from '../../training/hubModels.ts';
import { parseTrace, replay } from '../../training/replay.ts';
import { bundledModels } from '../environment.ts';
import { print, printJson, type Output } from '../output.ts';

export interface VerifyOptions {
  readonly file?: string;
  readonly reference?: string;
}

/** Says whether a model can be trained, and how well its gradients agree with a reference. */
export async function verify(
  folder: string,
  options: VerifyOptions,
  output: Output,
): Promise<number> {
  const { path, lm, encoder, config } = await openGraph(folder, options.file);
  if (options.reference !== undefined) {
    const cases = parseReference(await readReference(options.reference), options.reference);
    const checked = { lm, folder: weightsFolder(path), ...(encoder && { encoder }) };
    const results: CaseErrors[] = [];
    for (const [i, one] of cases.entries()) {
      results.push(await underEngine(() => checkCase(checked, one, i + 1)));
    }
    if (output.json) {
      printJson({ model: basename(resolve(folder)), file: basename(path), cases: results });
    } else {
      for (const { case: number, loss, logits, gradient, cosine } of results) {
        const [a, b, c] = [loss, logits, gradient].map((error) => error.toExponential(1));
        print(
          `case ${number}: loss ${a}, logits ${b}, gradient ${c} (relative errors), cosine of the gradients ${cosine.toFixed(4)}`,
        );
      }
    }
    return 0;
  }
  const whole = { ...lm, ...(encoder && { encoder }) };
  const result = await verifyModel(whole, weightsFolder(path), {
    maxPositions: config.maxPositions,
    padId: config.padTokenId,
  });
  const architecture = config.architectures[0] ?? config.modelType;
  if (output.json) {
    const model = basename(resolve(folder));
    printJson({ model, file: basename(path), ...(architecture && { architecture }), ...result });
  } else {
    print(`${basename(path)}: ${architecture ?? 'a model'}, ${result.kind} language model`);
    for (const line of told(result)) print(line);
  }
  return 0;
}

function told(result: Verification): string[] {
  const { gradientError, rounds, stepRatio, padding, inputs, cacheInputs, depths } = result;
  const atStart =
    padding.start > 1e-3
      ? 'at the start it changes the answers, which is why inputs are padded at the end'
      : `at the start by ${padding.start.toExponential(1)}`;
  return [
    `vocabulary ${result.vocabularySize}, width ${result.width}`,
    `inputs: ${inputs.join(', ')}${cacheInputs > 0 ? ` and ${cacheInputs} of a cache` : ''}`,
    depths.includes('deep')
      ? 'virtual tokens can stand among the tokens or before every layer'
      : 'virtual tokens can stand among the tokens',
    `gradient against differences of the loss: ${gradientError.toExponential(1)}${
      rounds
        ? ' (the model rounds, and the gradient is that of the model without: they may differ)'
        : ''
    }`,
    `padding at the end changes answers by ${padding.end.toExponential(1)}, ${atStart}`,
    `a training step takes ${stepRatio.toFixed(1)} times a forward pass; it can be trained`,
  ];
}

/** Repeats a recorded training and prints how far it is off. */
export async function replayTrace(
  trace: string,
  folder: string,
  file: string | undefined,
  output: Output,
): Promise<number> {
  const { path, lm } = await openGraph(folder, file);
  const recorded = parseTrace(await readReference(trace), trace);
  const errors = await replay(lm, weightsFolder(path), recorded);
  if (output.json) printJson(errors);
  else {
    const { steps, loss, vectors } = errors;
    print(`${steps} steps: loss ${loss.toExponential(1)}, vectors ${vectors.toExponential(1)} off`);
  }
  return 0;
}

async function openGraph(
  folder: string,
  file: string | undefined,
): Promise<{ path: string; lm: LanguageModel; encoder?: Encoder; config: ModelConfig }> {
  // An encoder is one of two files: it is checked with the decoder that training would choose.
  const namesEncoder = file !== undefined && basename(file).startsWith('encoder_model');
  const located = await locateModel(
    { id: folder, ...(file !== undefined && !namesEncoder && { file }) },
    modelPlaces(process.cwd(), bundledModels),
    { withoutTokenizer: true },
  );
  const config = await readModelConfig(located.folder);
  const model = readModelFile(located.onnxFile);
  const encoderFile = namesEncoder ? resolve(located.folder, file) : located.encoderFile;
  return {
    path: located.onnxFile,
    config,
    lm: findLanguageModel(model, isCausal(config, true)),
    ...(encoderFile !== undefined && { encoder: findEncoder(readModelFile(encoderFile)) }),
  };
}

async function readReference(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new PtuneError(
      'reference/unreadable',
      `The reference "${path}" cannot be read: ${(error as Error).message}.`,
      'Check the path.',
      error,
    );
  }
}
