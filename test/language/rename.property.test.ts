import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PtuneFile } from '../../src/language/ast.ts';
import { allNames, isWritten, nameAt } from '../../src/language/features/names.ts';
import { rename } from '../../src/language/features/rename.ts';
import { parse } from '../../src/language/parser.ts';
import { applyEdits } from '../../src/language/textEdit.ts';
import { expectSame } from './same.ts';
import { manyCasesMs, texts, valid } from './texts.ts';

/** Every name with the number of its places. Labels that are numbers come first, so they are sorted. */
function namesOf(file: PtuneFile): string[] {
  return allNames(file)
    .map(({ kind, text, places }) => JSON.stringify([kind, text, places.length]))
    .toSorted();
}

const newNames = fc.oneof(
  fc.constantFrom('renamed', 'two', 'yes', 'null', 'a b', '0x1', 'x: y', "it's", 'a,b', 'é', ''),
  fc.string({ maxLength: 6 }),
);

const wellFormed = parse(valid);

test(
  'renaming changes one name at all of its places and no other',
  { timeout: manyCasesMs },
  () => {
    let renamed = 0;
    const property = fc.property(
      fc.oneof(texts, fc.constant(valid)),
      fc.nat(),
      newNames,
      (text, seed, to) => {
        const file = text === valid ? wellFormed : parse(text);
        const names = allNames(file);
        if (names.length === 0) return;
        const name = names[seed % names.length]!;
        const place = name.places[seed % name.places.length]!;
        const { start } = place.span;
        const target = nameAt(file, start)!.name;
        const result = rename(file, start, to);
        if (result.kind === 'refused') return;
        renamed++;
        expectSame(
          target.places.every((one) => isWritten(file, target, one)),
          true,
        );
        const after = parse(applyEdits(text, result.edits));
        const first = target.places[0]!.span.start;
        const expected = names
          .map(({ kind, text: old, places }) => {
            const isTarget = kind === target.kind && places[0]!.span.start === first;
            return JSON.stringify([kind, isTarget ? to : old, places.length]);
          })
          .toSorted();
        expectSame(namesOf(after), expected);
        // A better name may mend something; none may break something.
        const before = new Set(file.diagnostics.map(({ code }) => code));
        expectSame(
          after.diagnostics.filter(({ code }) => !before.has(code)),
          [],
        );
      },
    );
    fc.assert(property, { numRuns: 10_000, seed: 6 });
    expect(renamed).toBeGreaterThan(3000);
  },
);
