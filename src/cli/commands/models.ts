/** `ptune models verify`: whether a model can be trained. */
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { PtuneError } from '../../base/errors.ts';
import { checkCase, parseReference, type CaseErrors } from '../../evaluation/referenceCheck.ts';
import { underEngine, verifyModel, type Verification } from '../../evaluation/verifyModel.ts';
import { locateModel } from '../../hub/locate.ts';
import { isCausal, readModelConfig, type ModelConfig } from '../../hub/modelConfig.ts';
import { weightsFolder } from '../../hub/modelFiles.ts';
import {
  commonWeightsFolder,
  decoderBeside,
  encoderNear,
  isEncoderFile,
} from '../../hub/partners.ts';
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
  const { path, lm, encoder, weights, config } = await openGraph(folder, options.file);
  if (options.reference !== undefined) {
    const cases = parseReference(await readReference(options.reference), options.reference);
    const checked = { lm, folder: weights, ...(encoder && { encoder }) };
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
  const result = await verifyModel(whole, weights, {
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
  const { lm, weights } = await openGraph(folder, file);
  const recorded = parseTrace(await readReference(trace), trace);
  const errors = await replay(lm, weights, recorded);
  if (output.json) printJson(errors);
  else {
    const { steps, loss, vectors } = errors;
    print(`${steps} steps: loss ${loss.toExponential(1)}, vectors ${vectors.toExponential(1)} off`);
  }
  return 0;
}

/** A model's graphs, opened. */
interface OpenGraphs {
  readonly path: string;
  readonly lm: LanguageModel;
  readonly encoder?: Encoder;
  /** The folder in which the weights of both lie. */
  readonly weights: string;
  readonly config: ModelConfig;
}

async function openGraph(folder: string, file: string | undefined): Promise<OpenGraphs> {
  const places = modelPlaces(process.cwd(), bundledModels);
  const options = { withoutTokenizer: true };
  const located = await locateModel(
    { id: folder, ...(file !== undefined && { file }) },
    places,
    options,
  );
  const encoder = isEncoderFile(located.onnxFile) ? located.onnxFile : undefined;
  // An encoder is one of two files: where no decoder lies beside it, training's own goes with it.
  const path =
    encoder === undefined
      ? located.onnxFile
      : (decoderBeside(encoder) ?? (await locateModel({ id: folder }, places, options)).onnxFile);
  const config = await readModelConfig(located.folder);
  const open = (weights: string) =>
    findLanguageModel(readModelFile(path, weights), isCausal(config, true));
  const own = weightsFolder(path);
  const alone = open(own);
  assertReadsEncoder(path, alone);
  const encoderFile =
    encoder ??
    located.encoderFile ??
    (alone.inputs.encoderStates === undefined ? undefined : encoderNear(path, located.folder));
  if (encoderFile === undefined) return { path, config, lm: alone, weights: own };
  const weights = commonWeightsFolder([path, encoderFile], located.folder);
  return {
    path,
    config,
    lm: weights === own ? alone : open(weights),
    encoder: findEncoder(readModelFile(encoderFile, weights)),
    weights,
  };
}

/** A decoder that continues takes its encoder's keys and values, not its states. */
function assertReadsEncoder(path: string, { inputs }: LanguageModel): void {
  const name = basename(path);
  const cached = inputs.past.find((input) => input.name.includes('.encoder.'));
  if (!name.startsWith('decoder_with_past_model') || cached === undefined) return;
  throw new PtuneError(
    'model/unsupported',
    `"${name}" knows its encoder by a cache only ("${cached.name}" and others), through which no gradient comes back to a prompt.`,
    'Verify decoder_model.onnx or decoder_model_merged.onnx; this file serves for writing.',
  );
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
