/** Facts as words. */
import type { ColumnFacts, ModelFacts } from './facts.ts';

const places = {
  bundled: 'comes with ptune',
  cache: 'in the local cache',
  folder: 'a folder',
} as const satisfies Record<ModelFacts['place'], string>;

/** A model in a few words: where it lies, its kind and its size. */
export function modelDetail({ place, kind, bytes }: ModelFacts): string {
  return [places[place], kind, sizeText(bytes)].filter((words) => words !== undefined).join(' · ');
}

/** The first values of a column, in quotes. */
export function exampleText({ examples, distinct }: ColumnFacts): string {
  const shown = examples.map((value) => `“${shortened(value)}”`).join(', ');
  return distinct > examples.length ? `${shown}, …` : shown;
}

/** Bytes as people say them. */
export function sizeText(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}

function shortened(value: string): string {
  const line = value.replace(/\s+/g, ' ');
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
}
