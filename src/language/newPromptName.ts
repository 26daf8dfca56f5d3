/** A name for a prompt that is added to a file. */
import type { PtuneFile } from './ast.ts';

/** `wanted`, or with the first number behind it that makes it a name of its own: "words", "words-2". */
export function newPromptName({ prompts }: PtuneFile, wanted: string): string {
  const taken = new Set(prompts.map(({ name }) => name));
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
  return name;
}
