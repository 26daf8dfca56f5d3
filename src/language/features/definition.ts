/** Where a name is given, and where it is used. */
import type { PtuneFile, Span } from '../ast.ts';
import type { Facts } from './facts.ts';
import { documentLinks, type LinkTarget } from './documentLinks.ts';
import { type NamePlace, nameAt } from './names.ts';

/** A place in the file itself, or in another one. */
export type Definition =
  | { readonly kind: 'here'; readonly span: Span }
  | { readonly kind: 'elsewhere'; readonly target: LinkTarget; readonly line: number };

/**
 * Where what stands at an offset is defined: a column in the data file that has it, a file or a
 * model in its place on disk. Lines count from 0.
 */
export function definitionsAt(file: PtuneFile, offset: number, facts: Facts): Definition[] {
  const found = nameAt(file, offset);
  if (!found) {
    const link = documentLinks(file).find(({ span }) => contains(span, offset));
    return link ? [{ kind: 'elsewhere', target: link.target, line: 0 }] : [];
  }
  const { name } = found;
  const here = name.places.filter(({ isDefinition }) => isDefinition);
  if (here.length > 0 || name.kind !== 'column') {
    return here.slice(0, 1).map(({ span }) => ({ kind: 'here', span }));
  }
  for (const { path, columns } of facts.tables.values()) {
    const column = columns.find((one) => one.name === name.text);
    if (!column) continue;
    const target: LinkTarget = { kind: 'file', path };
    return [{ kind: 'elsewhere', target, line: column.line - 1 }];
  }
  return [];
}

/** Every place of what stands at an offset, its definition included where `withDefinition` says so. */
export function referencesAt(
  file: PtuneFile,
  offset: number,
  withDefinition = true,
): readonly NamePlace[] {
  const places = nameAt(file, offset)?.name.places ?? [];
  return withDefinition ? places : places.filter(({ isDefinition }) => !isDefinition);
}

function contains({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset <= end;
}
