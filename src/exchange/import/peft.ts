/**
 * Adapters of PEFT with prompts: PROMPT_TUNING, P_TUNING and PREFIX_TUNING. Only safetensors are
 * read; a pickle can hold a program.
 */
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { PtuneError } from '../../base/errors.ts';
import { float16ToNumber } from '../../onnx/tensor.ts';
import { readSafetensors, type StoredTensor } from '../../runs/safetensors.ts';
import { readBytes, readText, unreadable } from './readFile.ts';

/** A prompt in an adapter. */
export interface PeftPrompt {
  readonly type: 'PROMPT_TUNING' | 'P_TUNING' | 'PREFIX_TUNING';
  /** float32 [count, width] */
  readonly vectors: Float32Array;
  readonly count: number;
  readonly width: number;
  /** The model that it was trained on, where the adapter says so. */
  readonly model: string | undefined;
  readonly warnings: readonly string[];
}

const config = z.object({
  peft_type: z.string(),
  base_model_name_or_path: z.string().nullish(),
  num_virtual_tokens: z.number().int().positive().nullish(),
  num_transformer_submodules: z.number().int().positive().nullish(),
});

const types = ['PROMPT_TUNING', 'P_TUNING', 'PREFIX_TUNING'] as const;

/** Bytes of a configuration, of a header and of vectors that are taken for possible. */
const limits = { config: 1 << 20, header: 1 << 20, vectors: 1 << 30 } as const;

/** Whether a folder is an adapter's. */
export async function isAdapter(folder: string): Promise<boolean> {
  return exists(join(folder, 'adapter_config.json'));
}

/**
 * Reads the adapter in a folder.
 *
 * @throws PtuneError `import/pickle` when its vectors are in a pickle; `import/not-possible` for
 *   an adapter that is no prompt; `import/unreadable` for damaged files
 */
export async function readAdapter(folder: string): Promise<PeftPrompt> {
  const path = join(folder, 'adapter_config.json');
  const found = config.safeParse(parseJson(path, await readText(path, limits.config)));
  if (!found.success) {
    const issue = found.error.issues[0]!;
    throw unreadable(path, `its "${issue.path.join('.')}" is not usable (${issue.message})`);
  }
  const { peft_type, num_virtual_tokens, num_transformer_submodules } = found.data;
  const type = types.find((one) => one === peft_type);
  if (type === undefined) {
    throw new PtuneError(
      'import/not-possible',
      `The adapter is of the type ${JSON.stringify(peft_type)}, which changes the model itself and is no prompt.`,
      `Import an adapter of the type ${types.join(', ')}.`,
    );
  }
  const file = join(folder, 'adapter_model.safetensors');
  if (!(await exists(file))) throw await withoutVectors(folder);
  const tensor = await readVectors(file);
  const [rows, width] = tensor.shape as [number, number];
  const parts = num_transformer_submodules ?? 1;
  const count = num_virtual_tokens ?? rows / parts;
  if (rows !== count * parts && rows !== count) {
    throw unreadable(
      file,
      `it holds ${rows} vectors, and adapter_config.json tells of ${count} virtual tokens in ${parts} ${parts === 1 ? 'part' : 'parts'} of the model`,
    );
  }
  const warnings =
    rows > count
      ? [
          `adapter_model.safetensors: the ${rows - count} vectors of the decoder are left out; here prompts stand in the encoder, so answers differ.`,
        ]
      : [];
  return {
    type,
    vectors: floats(tensor, file).slice(0, count * width),
    count,
    width,
    model: found.data.base_model_name_or_path ?? undefined,
    warnings,
  };
}

/** Endings of files that torch and others pickle. */
const pickled = /\.(bin|pt|pth|ckpt|pkl|pickle)$/i;

/** Throws `import/pickle` for a file that is named as one, without looking into it. */
export function refusePickle(path: string): void {
  if (!pickled.test(path)) return;
  throw pickleError(path);
}

function pickleError(path: string): PtuneError {
  const program = `import torch; from safetensors.torch import save_file; save_file({"prompt_embeddings": torch.load("${path.replaceAll('\\', '/').split('/').at(-1)!}", weights_only=True)["prompt_embeddings"].contiguous()}, "adapter_model.safetensors", metadata={"format": "pt"})`;
  return new PtuneError(
    'import/pickle',
    `"${path}" is a Python pickle, which can run programs when it is read; ptune never reads one.`,
    `Save it as safetensors in its folder, where you trust it: python -c '${program}'`,
  );
}

async function withoutVectors(folder: string): Promise<PtuneError> {
  const pickle = join(folder, 'adapter_model.bin');
  if (await exists(pickle)) return pickleError(pickle);
  return unreadable(
    join(folder, 'adapter_model.safetensors'),
    `there is none in ${folder}, only adapter_config.json`,
  );
}

async function readVectors(file: string): Promise<StoredTensor> {
  const bytes = await readBytes(file, limits.vectors);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 8 && view.getBigUint64(0, true) > BigInt(limits.header)) {
    throw unreadable(
      file,
      `its header should have ${view.getBigUint64(0, true)} bytes; that of a prompt has some hundred`,
    );
  }
  let tensors;
  try {
    ({ tensors } = readSafetensors(bytes, file));
  } catch (error) {
    if (error instanceof PtuneError) throw unreadable(file, whyOf(error), error);
    throw error;
  }
  const names = Object.keys(tensors);
  const tensor = Object.hasOwn(tensors, 'prompt_embeddings')
    ? tensors['prompt_embeddings']
    : undefined;
  if (tensor?.shape.length !== 2 || tensor.data.length === 0) {
    throw unreadable(
      file,
      `it has no matrix "prompt_embeddings"; it has ${names.slice(0, 5).join(', ') || 'nothing'}`,
    );
  }
  return tensor;
}

/** The reason in the message of a file that is no safetensors. */
const whyOf = ({ message }: PtuneError) => message.replace(/^[^]*?as safetensors: |\.$/g, '');

function floats({ dtype, data }: StoredTensor, file: string): Float32Array {
  const values = ((): Float32Array => {
    switch (dtype) {
      case 'F32':
      case 'F64':
        return Float32Array.from(data as Float32Array);
      case 'F16':
        return Float32Array.from(data as Uint16Array, float16ToNumber);
      case 'BF16':
        return new Float32Array(Uint32Array.from(data as Uint16Array, (bits) => bits << 16).buffer);
      default:
        throw unreadable(file, `"prompt_embeddings" holds numbers of type ${dtype}`);
    }
  })();
  if (values.every(Number.isFinite)) return values;
  throw unreadable(file, '"prompt_embeddings" holds infinite numbers or none');
}

/** A JSON value. Throws `import/unreadable`. */
export function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(path, `it is no JSON (${(error as Error).message})`, error);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The folder of an adapter whose file or folder was named. */
export function adapterFolder(path: string): string {
  return /adapter_(config\.json|model\.safetensors)$/.test(path) ? dirname(path) : path;
}
