/** Checks the vectors that prompts take from files: `from:` in a prompt's mapping. */
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { toPtuneError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import { locateModel } from '../hub/locate.ts';
import type { Prompt, PtuneFile, VirtualPart } from '../language/ast.ts';
import { diagnostic, type Diagnostic } from '../language/diagnostics.ts';
import type { FileHashes } from '../runs/fileHashes.ts';
import { hashModel } from '../runs/fingerprint.ts';
import { readPromptVectors, type PromptVectors } from '../runs/promptVectors.ts';

/** Where models lie, and what is known of their files. */
export interface ModelLookup {
  readonly bundledFolder: string;
  readonly caches: readonly string[];
  readonly hashes: FileHashes;
}

/** Stored vectors of more bytes are left to scoring. */
const largestFile = 256 << 20;

/** What is wrong with the files that `from:` names, at the places where they are named. */
export async function checkStoredVectors(
  file: PtuneFile,
  path: string,
  models: ModelLookup | undefined,
): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const prompt of file.prompts) {
    const place = prompt.settingSpans.get('from');
    if (prompt.from === undefined || !place) continue;
    const template = { span: prompt.templateSpan, message: `The template of "${prompt.name}"` };
    const add = (code: Diagnostic['code'], message: string) =>
      found.push(
        diagnostic(code, place.value, message, {
          ...(code === 'prompt/unfitting-vectors' && { related: [template] }),
        }),
      );
    const target = resolve(dirname(path), prompt.from);
    const size = await stat(target).then(
      (entry) => (entry.isFile() ? entry.size : undefined),
      () => undefined,
    );
    if (size === undefined) {
      add(
        'data/no-file',
        `The file "${prompt.from}" does not exist. Copy a run's prompt.safetensors there, or remove "from" to train`,
      );
      continue;
    }
    if (size > largestFile) continue;
    try {
      const stored = readPromptVectors(await readFile(target), prompt.from);
      const reason = misfit(prompt, stored) ?? (await ofAnotherModel(file, path, stored, models));
      if (reason === undefined) continue;
      add(
        'prompt/unfitting-vectors',
        `The vectors of "${prompt.from}" do not fit "${prompt.name}": ${reason}. Take those of a run of this template and model, or remove "from" to train`,
      );
    } catch (error) {
      add('prompt/unreadable-vectors', toPtuneError(error).message.replace(/\.$/, ''));
    }
  }
  return found;
}

/** How the virtual tokens of a prompt differ from those that vectors are stored for. */
function misfit(prompt: Prompt, stored: PromptVectors): string | undefined {
  const parts = prompt.parts.filter((part): part is VirtualPart => part.kind === 'virtual');
  const places = stored.placement.map(({ rows }) => rows);
  if (parts.length !== places.length) {
    return `its virtual tokens stand in ${counted(parts.length, 'place')}, those of the file in ${places.length}`;
  }
  let next = 0;
  const named = new Map<string, readonly number[]>();
  for (const [i, part] of parts.entries()) {
    const shared = part.name === undefined ? undefined : named.get(part.name);
    // How many tokens a text has, only the tokenizer knows.
    const count = shared?.length ?? part.count ?? (part.initText ? places[i]!.length : 1);
    const rows = shared ?? Array.from({ length: count }, () => next++);
    if (part.name !== undefined) named.set(part.name, rows);
    if (rows.join() === places[i]!.join()) continue;
    return rows.length === places[i]!.length
      ? `the virtual tokens in place ${i + 1} are others than in the file`
      : `place ${i + 1} has ${counted(rows.length, 'virtual token')}, in the file ${places[i]!.length}`;
  }
  return undefined;
}

/** How the model of vectors differs from that of the file; nothing where no model is found. */
async function ofAnotherModel(
  { settings }: PtuneFile,
  path: string,
  stored: PromptVectors,
  models: ModelLookup | undefined,
): Promise<string | undefined> {
  if (!models || !settings.model) return undefined;
  const { id } = settings.model;
  const places = { fileFolder: dirname(resolve(path)), ...models };
  const located = await locateModel(settings.model, places).catch(() => undefined);
  if (!located) return undefined;
  if ((await hashModel(located.folder, located.files, models.hashes)) === stored.model) {
    return undefined;
  }
  const width = await embeddingWidth(located.folder);
  return width === undefined || width === stored.width
    ? `they were trained on another model than "${id}"`
    : `they have ${stored.width} numbers each, the embeddings of the model "${id}" ${width}`;
}

/** The width of a model's embeddings, where its configuration says so. */
async function embeddingWidth(folder: string): Promise<number | undefined> {
  try {
    const text = await readFile(join(folder, 'config.json'), 'utf8');
    const config = JSON.parse(text) as Record<string, unknown>;
    const named = [
      'word_embed_proj_dim',
      'embedding_size',
      'hidden_size',
      'n_embd',
      'd_model',
      'dim',
    ];
    const value = named.map((key) => config[key]).find((one) => typeof one === 'number');
    return value;
  } catch {
    return undefined;
  }
}
