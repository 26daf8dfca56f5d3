/**
 * The fingerprint of a score: hashes of everything that it depends on. The trainer stores it with
 * the score, the editor computes it again to see whether the score still holds, so this file needs
 * neither the model's graph nor the engine.
 */
import { createHash } from 'node:crypto';
import { dirname, relative, resolve } from 'node:path';
import type { Prompt, PtuneFile } from '../language/ast.ts';
import { printTemplate } from '../language/printTemplate.ts';
import type { Fingerprint } from '../protocol/fingerprint.ts';
import type { FileHashes } from './fileHashes.ts';

/** What a score depends on. */
export interface FingerprintInputs {
  /** The prompt's template in the one form for what it means. */
  readonly template: string;
  /** The settings that can change the score, as a JSON value. */
  readonly settings: unknown;
  /** Absolute paths of the data files, in the order train, validation, test. */
  readonly dataFiles: readonly string[];
  /** The model's folder and the files in it that matter, as absolute paths. */
  readonly model: { readonly folder: string; readonly files: readonly string[] };
}

/** Where a `.ptune` file and its model lie. */
export interface ScorePlaces {
  /** Absolute path of the `.ptune` file. */
  readonly path: string;
  readonly model: FingerprintInputs['model'];
}

/** The fingerprint of a prompt's score. Fails as Node does when a file cannot be read. */
export function promptFingerprint(
  file: PtuneFile,
  prompt: Prompt,
  places: ScorePlaces,
  hashes: FileHashes,
): Promise<Fingerprint> {
  const vectors = prompt.from === undefined ? [] : [resolve(dirname(places.path), prompt.from)];
  const inputs: FingerprintInputs = {
    template: printTemplate(prompt.parts),
    settings: scoreSettings(file, prompt),
    dataFiles: [...dataFiles(file, places.path), ...vectors],
    model: places.model,
  };
  return computeFingerprint(inputs, hashes);
}

/**
 * SHA-256 of what a prompt's template means: spaces within braces, and whatever else formatting
 * tidies, do not count. For a template that is formatted, this is the hash of its text.
 */
export function templateHash({ parts }: Prompt): string {
  return hashText(printTemplate(parts));
}

/** Absolute paths of the data files that a `.ptune` file at `path` names, in a fixed order. */
export function dataFiles({ settings }: PtuneFile, path: string): string[] {
  const { data, examples, candidates, labels } = settings;
  const named = [
    examples === undefined ? data.train : undefined,
    data.validation,
    data.test,
    // With labels, the labels are the candidates and the file is not read.
    candidates.kind === 'file' && labels === undefined ? candidates.path : undefined,
  ];
  const paths = named.filter((name) => typeof name === 'string');
  return [...new Set(paths.map((name) => resolve(dirname(path), name)))];
}

/**
 * The settings that can change a prompt's score, as a JSON value. What the other hashes cover is
 * left out (paths of data and model), and so is what only compares scores (`baseline`, `expect`).
 * So are the seeds of a trained prompt: each run has its own, and a score says which it is made of.
 */
export function scoreSettings({ settings }: PtuneFile, prompt: Prompt): unknown {
  const { answer, labels, candidates, maxTokens, chat, examples, data } = settings;
  const share = (split: string | number) => (typeof split === 'number' ? split : undefined);
  const isTrained = prompt.kind === 'continuous' && prompt.from === undefined;
  const { seeds, ...trained } = prompt.train;
  const drawsExamples =
    prompt.kind === 'discrete' && prompt.parts.some((part) => part.kind === 'demos');
  return {
    answer,
    labels,
    candidates: candidates.kind,
    maxTokens: candidates.kind === 'generate' ? maxTokens : undefined,
    chat,
    examples,
    shares: { validation: share(data.validation), test: share(data.test) },
    train: isTrained ? trained : undefined,
    seed: drawsExamples ? seeds[0] : undefined,
  };
}

/**
 * The hashes of these inputs. Names of data files do not count, their bytes and order do; of the
 * model's files both names and bytes do. Fails as Node does when a file cannot be read.
 */
export async function computeFingerprint(
  inputs: FingerprintInputs,
  hashes: FileHashes,
): Promise<Fingerprint> {
  return {
    template: hashText(inputs.template),
    settings: hashText(canonicalJson(inputs.settings)),
    data: await hashData(inputs.dataFiles, hashes),
    model: await hashModel(inputs.model.folder, inputs.model.files, hashes),
  };
}

/** One hash over the bytes of several files, in their order. */
export async function hashData(files: readonly string[], hashes: FileHashes): Promise<string> {
  const parts: string[] = [];
  for (const file of files) parts.push(await hashes.hash(file));
  return hashText(parts.join('\n'));
}

/** One hash over some files of a folder, whatever their order and wherever the folder lies. */
export async function hashModel(
  folder: string,
  files: readonly string[],
  hashes: FileHashes,
): Promise<string> {
  const parts: string[] = [];
  for (const file of files) {
    const name = relative(folder, file).replaceAll('\\', '/');
    parts.push(`${name} ${await hashes.hash(file)}`);
  }
  return hashText(parts.sort().join('\n'));
}

/** SHA-256 of a text's UTF-8 bytes, in hexadecimal. */
export function hashText(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** SHA-256 of the bytes of numbers, in hexadecimal. */
export function hashBytes({ buffer, byteOffset, byteLength }: Float32Array): string {
  return createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');
}

/** A value as JSON with the keys of every object sorted and without those that are undefined. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
