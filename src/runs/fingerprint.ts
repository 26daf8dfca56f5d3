/**
 * The fingerprint of a score: hashes of everything that it depends on. The trainer stores it with
 * the score, the editor computes it again to see whether the score still holds, so this file needs
 * neither the model's graph nor the engine.
 */
import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import type { Fingerprint } from '../protocol/fingerprint.ts';
import type { FileHashes } from './fileHashes.ts';

/** What a score depends on. */
export interface FingerprintInputs {
  /** The prompt's template as written. */
  readonly template: string;
  /** The settings that can change the score, as a JSON value. */
  readonly settings: unknown;
  /** Absolute paths of the data files, in the order train, validation, test. */
  readonly dataFiles: readonly string[];
  /** The model's folder and the files in it that matter, as absolute paths. */
  readonly model: { readonly folder: string; readonly files: readonly string[] };
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

/** A value as JSON with the keys of every object sorted and without those that are undefined. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
