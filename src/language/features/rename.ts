/** Gives a prompt, named virtual tokens, a column or a label another name, everywhere in a file. */
import type { PtuneFile, Span } from '../ast.ts';
import type { TextEdit } from '../textEdit.ts';
import { yamlScalar } from '../yamlScalar.ts';
import { type Name, type NameKind, isWritten, nameAt } from './names.ts';

/** The edits, or why there are none. */
export type Renaming =
  | { readonly kind: 'edits'; readonly edits: readonly TextEdit[] }
  | { readonly kind: 'refused'; readonly message: string };

/** What stands at an offset and can be renamed; undefined where nothing can. */
export function renameTarget(
  file: PtuneFile,
  offset: number,
): { readonly span: Span; readonly text: string } | undefined {
  const found = nameAt(file, offset);
  return found && { span: found.place.span, text: found.name.text };
}

/** Renames what stands at an offset to `newName`. */
export function rename(file: PtuneFile, offset: number, newName: string): Renaming {
  const found = nameAt(file, offset);
  if (!found) return refused('Only prompts, named virtual tokens, columns and labels have names');
  const { name } = found;
  const isBroken = file.diagnostics.some(({ code }) => code === 'settings/yaml');
  if (isBroken && name.kind !== 'virtualTokens') {
    return refused('The settings cannot be read, and may use this name as well; mend them first');
  }
  const isNameless = file.diagnostics.some(({ code }) => code === 'prompt/no-name');
  if (isNameless && name.kind === 'column') {
    return refused('A prompt without a name may use this column as well; name the prompt first');
  }
  const why = reasonAgainst(name, newName);
  if (why !== undefined) return refused(why);
  const odd = name.places.find((place) => !isWritten(file, name, place));
  if (odd) {
    const written = file.text.slice(odd.span.start, odd.span.end).split('\n')[0]!;
    return refused(`"${name.text}" is also written as ${written}; rename it by hand`);
  }
  const edits = name.places.map(({ span, isYaml }) => ({
    span,
    text: isYaml ? yamlScalar(newName) : newName,
  }));
  return { kind: 'edits', edits };
}

const rules: Readonly<Record<NameKind, { readonly pattern: RegExp; readonly says: string }>> = {
  prompt: {
    pattern: /^[A-Za-z][A-Za-z0-9_-]*$/,
    says: 'The name of a prompt is a letter, then letters, digits, "_" and "-"',
  },
  virtualTokens: {
    pattern: /^[A-Za-z][A-Za-z0-9_-]*$/,
    says: 'The name of virtual tokens is a letter, then letters, digits, "_" and "-"',
  },
  column: {
    pattern: /^(?!\s)[^{}|:*"\p{Cc}\u2028\u2029\uFEFF]+(?<!\s)$/u,
    says: 'The name of a column has no { } | : * " in it, and no space at its ends',
  },
  label: {
    pattern: /^(?!\s)[^\p{Cc}\u2028\u2029\uFEFF]+(?<!\s)$/u,
    says: 'A label is text on one line, without spaces at its ends',
  },
};

const nouns: Readonly<Record<NameKind, string>> = {
  prompt: 'prompt',
  virtualTokens: 'name of virtual tokens',
  column: 'column',
  label: 'label',
};

function reasonAgainst(name: Name, newName: string): string | undefined {
  const { pattern, says } = rules[name.kind];
  if (!pattern.test(newName)) return says;
  if (newName === name.text || !name.siblings.has(newName)) return undefined;
  return `There is a ${nouns[name.kind]} "${newName}" already`;
}

function refused(message: string): Renaming {
  return { kind: 'refused', message };
}
