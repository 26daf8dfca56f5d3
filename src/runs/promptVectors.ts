/** `prompt.safetensors`: the vectors of a prompt's virtual tokens and where they stand. */
import { PtuneError } from '../base/errors.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import type { VirtualPlace } from './runManifest.ts';

/** The key that PEFT gives to the vectors, so that other programs find them. */
const tensorName = 'prompt_embeddings';

/** A learned prompt: `vectors` is float32 [virtual tokens, width], row-major. */
export interface PromptVectors {
  readonly vectors: Float32Array;
  readonly width: number;
  readonly prompt: string;
  readonly template: string;
  readonly placement: readonly VirtualPlace[];
  /** SHA-256 of the model that the vectors belong to. */
  readonly model: string;
}

/** The bytes of a `prompt.safetensors`; the same prompt always gives the same bytes. */
export function writePromptVectors(prompt: PromptVectors): Uint8Array {
  const shape = [prompt.vectors.length / prompt.width, prompt.width];
  return writeSafetensors({
    tensors: { [tensorName]: { dtype: 'F32', shape, data: prompt.vectors } },
    metadata: {
      format: 'ptune-prompt-1',
      prompt: prompt.prompt,
      template: prompt.template,
      placement: JSON.stringify(prompt.placement),
      model: prompt.model,
    },
  });
}

/**
 * The prompt in the bytes of a `prompt.safetensors`.
 *
 * @throws PtuneError `run/unreadable` when they are no such file
 */
export function readPromptVectors(bytes: Uint8Array, name: string): PromptVectors {
  const { tensors, metadata } = readSafetensors(bytes, name);
  const tensor = tensors[tensorName];
  if (!(tensor?.data instanceof Float32Array) || tensor.shape.length !== 2) {
    throw notAPrompt(name, `it has no float32 matrix "${tensorName}"`);
  }
  const { prompt, template, placement, model } = metadata;
  if (!prompt || template === undefined || !placement || !model) {
    throw notAPrompt(name, 'its metadata does not say which prompt, template, placement and model');
  }
  return {
    vectors: tensor.data,
    width: tensor.shape[1]!,
    prompt,
    template,
    placement: parsePlacement(placement, name),
    model,
  };
}

function parsePlacement(text: string, name: string): VirtualPlace[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) && value.every(isPlace)) return value;
  } catch {
    // Falls through to the same error as a value that is no list.
  }
  throw notAPrompt(name, 'its placement is not a JSON list of places');
}

function isPlace(value: unknown): value is VirtualPlace {
  const { part, rows } = (value ?? {}) as Partial<VirtualPlace>;
  return Number.isInteger(part) && Array.isArray(rows) && rows.every(Number.isInteger);
}

function notAPrompt(name: string, why: string): PtuneError {
  return new PtuneError(
    'run/unreadable',
    `"${name}" is not a prompt that ptune stored: ${why}.`,
    "Use the prompt.safetensors of a run's folder.",
  );
}
