/** An adapter of PEFT as a run, as stored vectors, and as a `.ptune` file that uses them. */
import { arch, homedir, platform, release } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { PtuneError } from '../../base/errors.ts';
import { atomicWrite } from '../../files/atomicWrite.ts';
import { modelCaches } from '../../hub/cacheFolders.ts';
import { locateModel } from '../../hub/locate.ts';
import { openModel, type OpenModel } from '../../hub/openModel.ts';
import { parse } from '../../language/parser.ts';
import { cacheInputs } from '../../model/deepPrompt.ts';
import { vectorWidth } from '../../model/promptGraph.ts';
import type { ImportReply, ImportRequest } from '../../protocol/exchange.ts';
import { FileHashes } from '../../runs/fileHashes.ts';
import { hashModel, promptFingerprint } from '../../runs/fingerprint.ts';
import { writePromptVectors } from '../../runs/promptVectors.ts';
import { RunStore } from '../../runs/runStore.ts';
import type { TrainingContext } from '../../training/context.ts';
import { adapterFolder, readAdapter, type PeftPrompt } from './peft.ts';
import { freeName } from './written.ts';

/**
 * Imports the adapter at a path.
 *
 * @throws PtuneError those of reading the adapter and the model; `import/does-not-fit` when the
 *   vectors have another width than the model's
 */
export async function importPeft(
  request: ImportRequest,
  context: TrainingContext,
): Promise<ImportReply> {
  const folder = adapterFolder(request.path);
  const adapter = await readAdapter(folder);
  const model = request.model ?? adapter.model;
  if (model === undefined) {
    throw new PtuneError(
      'import/does-not-fit',
      'The adapter does not say which model it belongs to.',
      'Name it: --model MODEL.',
    );
  }
  const located = await locateModel(
    { id: model },
    {
      fileFolder: request.output,
      bundledFolder: context.bundledModels,
      caches: modelCaches(process.env, homedir()),
    },
  ).catch((error: unknown) => {
    if (!(error instanceof PtuneError) || request.model !== undefined) throw error;
    throw new PtuneError(
      error.code,
      `The adapter belongs to the model "${model}". ${error.message}`,
      `${error.nextStep ?? ''} Another name or folder of it is given with --model.`.trim(),
      error,
    );
  });
  const open = await openModel(located);
  assertFits(adapter, open, model);
  const name = await freeName(request.output, promptName(folder), ['.ptune', '.safetensors']);
  const vectorsFile = `${name}.safetensors`;
  const text = startingFile(name, vectorsFile, model, adapter);
  const path = join(request.output, `${name}.ptune`);
  const file = parse(text);
  const prompt = file.prompts[0]!;
  const modelHash = await hashModel(located.folder, located.files, new FileHashes());
  const placement = [{ part: 0, rows: Array.from({ length: adapter.count }, (_, row) => row) }];
  const { vectors, width } = adapter;
  const template = prompt.templateText;
  await atomicWrite(
    join(request.output, vectorsFile),
    writePromptVectors({ vectors, width, prompt: name, template, placement, model: modelHash }),
  );
  await atomicWrite(path, text);
  const hashes = new FileHashes();
  const places = { path, model: { folder: located.folder, files: located.files } };
  const fingerprint = await promptFingerprint(file, prompt, places, hashes);
  const store = RunStore.forFile(path);
  const writer = await store.createRun(
    {
      file: basename(path),
      prompt: { name, template },
      seed: 0,
      settings: { ...prompt.train },
      model: { id: model, sha256: modelHash },
      hashes: {
        ...fingerprint,
        tokenizer: await hashes.hash(join(located.folder, 'tokenizer.json')),
      },
      versions: { ptune: context.version, node: process.version },
      machine: { platform: `${platform()} ${release()}`, arch: arch() },
      steps: 0,
      placement,
    },
    context.now(),
  );
  try {
    await writer.writePrompt({ vectors, width });
    const endedAt = new Date(context.now()).toISOString();
    await writer.update({ status: 'completed', bestStep: 0, endedAt, seconds: 0 });
  } finally {
    writer.close();
  }
  return {
    kind: `PEFT ${adapter.type}`,
    file: path,
    files: [vectorsFile, `.ptune/runs/${writer.id}`],
    run: writer.id,
    warnings: [...adapter.warnings, ...orderWarning(adapter, open)],
  };
}

function assertFits(adapter: PeftPrompt, { lm }: OpenModel, model: string): void {
  const deep = adapter.type === 'PREFIX_TUNING';
  const width = vectorWidth(lm, deep);
  if (adapter.width !== width) {
    throw new PtuneError(
      'import/does-not-fit',
      `The adapter's ${adapter.count} vectors have ${adapter.width} numbers each, and ${deep ? 'the keys and values of all layers' : 'the embeddings'} of the model "${model}" have ${width}.`,
      'Name the model that the adapter was trained on: --model MODEL.',
    );
  }
  if (!deep) return;
  // PEFT lays a row out as layers, in each the keys and then the values.
  const inOrder = cacheInputs(lm).every(
    ({ name }, i) =>
      name === `past_key_values.${Math.floor(i / 2)}.${i % 2 === 0 ? 'key' : 'value'}`,
  );
  if (inOrder) return;
  throw new PtuneError(
    'import/does-not-fit',
    `The model "${model}" takes keys and values in another order than PEFT stores them: ${cacheInputs(
      lm,
    )
      .map(({ name }) => name)
      .join(', ')}.`,
    'Use another export of the model, with past_key_values.0.key, past_key_values.0.value and so on.',
  );
}

/** Where ptune and PEFT differ for this model. */
function orderWarning({ type }: PeftPrompt, { tokenizer }: OpenModel): string[] {
  if (type === 'PREFIX_TUNING' || tokenizer.prefixIds.length === 0) return [];
  const names = tokenizer.prefixIds.map((id) => tokenizer.tokenText(id)).join(' ');
  return [
    `The tokenizer puts ${names} before a text; PEFT put the vectors before it, ptune puts them behind it, so answers can differ.`,
  ];
}

/** A prompt's name from that of a folder. */
function promptName(folder: string): string {
  const name = basename(resolve(folder)).replace(/[^A-Za-z0-9_-]+/g, '-');
  return /^[A-Za-z]/.test(name) ? name : `imported-${name}`;
}

function startingFile(
  name: string,
  vectors: string,
  model: string,
  { type, count }: PeftPrompt,
): string {
  const deep = type === 'PREFIX_TUNING' ? ', depth: deep, encoder: none' : '';
  return `---
model: ${JSON.stringify(model)}
examples:
  - {text: "a first example", answer: "yes"}
  - {text: "a second example", answer: "no"}
  - {text: "a third example", answer: "yes"}
answer: answer
---

@# Imported from an adapter of PEFT (${type}). Put your own examples above and, behind the
@# virtual tokens, the words that the adapter was trained with.
@prompt ${name} {from: ${JSON.stringify(vectors)}${deep}}
{*${count}} {text} {answer}
`;
}
