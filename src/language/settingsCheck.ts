/**
 * Compares what was written with the schema: every problem becomes a diagnostic at its exact place
 * and is left out, so that the rest still gives usable settings.
 */
import type * as z from 'zod';
import type { SettingSpan, Span } from './ast.ts';
import type { Diagnostic, DiagnosticCode } from './diagnostics.ts';
import { diagnostic } from './diagnostics.ts';
import { listedNear, nearestName } from './nearest.ts';
import { trainShape } from './schema.ts';
import type { YamlMapping } from './yamlMapping.ts';

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/** What of `mapping` fits `schema`, and a diagnostic for each part that does not. */
export function checkMapping<T>(
  schema: z.ZodType<T>,
  mapping: YamlMapping,
  whole: Span,
): { value: T; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const value: Record<string, unknown> = structuredClone(mapping.value);
  for (let round = 0; round < 20; round++) {
    const result = schema.safeParse(value);
    if (result.success) return { value: result.data, diagnostics };
    const problems = result.error.issues.flatMap((issue) => problemsOf(issue, value));
    // Later rounds only meet what the first one's removals have left behind.
    if (round === 0) {
      diagnostics.push(...problems.map((problem) => describe(problem, schema, mapping, whole)));
    }
    // From the back, so that removing an item of a list does not move the ones still to go.
    for (const { path } of problems.toReversed()) remove(value, path);
  }
  return { value: schema.parse({}), diagnostics };
}

interface Problem {
  readonly path: Path;
  readonly code: DiagnosticCode;
  /** What the value has to be. */
  readonly expected: string;
  readonly found: unknown;
}

/** A zod issue as problems; one inside a member of a union is found there, not at the union. */
function problemsOf(issue: Issue, root: unknown, under: Path = []): Problem[] {
  const path = [...under, ...issue.path];
  const found = valueAt(root, path);
  const expected = issue.message;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const keyPath = [...path, key];
      return {
        path: keyPath,
        code: 'settings/unknown-key',
        expected: '',
        found: valueAt(root, keyPath),
      };
    });
  }
  if (issue.code === 'invalid_union') {
    const inside = issue.errors.find(
      (issues) =>
        issues.length > 0 &&
        issues.every(({ code, path: inner }) => inner.length > 0 || code === 'unrecognized_keys'),
    );
    if (inside) return inside.flatMap((inner) => problemsOf(inner, root, path));
    return [{ path, code: codeOfUnion(issue.errors, found), expected, found }];
  }
  return [{ path, code: codeOf(issue, found), expected, found }];
}

function codeOf(issue: Issue, found: unknown): DiagnosticCode {
  if (issue.code === 'too_small' || issue.code === 'too_big') return 'settings/out-of-range';
  if (issue.code === 'custom') return 'settings/out-of-range';
  if (issue.code === 'invalid_value' || issue.code === 'invalid_format') {
    return typeof found === 'string' ? 'settings/unknown-value' : 'settings/wrong-type';
  }
  return 'settings/wrong-type';
}

function codeOfUnion(members: readonly (readonly Issue[])[], found: unknown): DiagnosticCode {
  const codes = members.map((issues) => issues.map((issue) => codeOf(issue, found)));
  if (codes.some((member) => member.every((code) => code === 'settings/out-of-range'))) {
    return 'settings/out-of-range';
  }
  const unknown = codes.some((member) => member.every((code) => code === 'settings/unknown-value'));
  return unknown ? 'settings/unknown-value' : 'settings/wrong-type';
}

function describe(
  { path, code, expected, found }: Problem,
  schema: z.ZodType,
  mapping: YamlMapping,
  whole: Span,
): Diagnostic {
  const name = path.map(String).join('.');
  const { place, exact } = placeOf(path, mapping.spans, whole);
  if (code === 'settings/unknown-key') {
    const key = String(path.at(-1));
    const known = keysAt(schema, path.slice(0, -1));
    const nearest =
      path.length === 1 && key in trainShape && !known.includes(key)
        ? `train.${key}`
        : nearestName(key, known);
    const message = `There is no setting "${name}"`;
    if (nearest === undefined) {
      return diagnostic(code, place.key, `${message}. Known here are ${listedNear(key, known)}`);
    }
    const others = nearest.includes('.') ? [] : path.slice(0, -1).map(String);
    if (mapping.spans.has([...others, nearest].join('.'))) {
      return diagnostic(
        code,
        place.key,
        `${message}. Did you mean "${nearest}", which is there already?`,
      );
    }
    const more = nearest.includes('.') ? {} : { data: { replacement: nearest } };
    return diagnostic(code, place.key, `${message}. Did you mean "${nearest}"?`, more);
  }
  if (!exact) {
    const message = `"${name}" is missing; it has to be ${expected}`;
    return diagnostic(code, place.key, message);
  }
  const message = `"${name}" has to be ${expected}, but is ${shown(found, mapping.source.slice(place.value.start, place.value.end))}`;
  const options = optionsOf(expected);
  const nearest = typeof found === 'string' ? nearestName(found, options) : undefined;
  if (nearest === undefined) return diagnostic(code, place.value, message);
  return diagnostic(code, place.value, `${message}. Did you mean "${nearest}"?`, {
    data: { replacement: nearest },
  });
}

/** The names in "one of a, b, c". */
function optionsOf(expected: string): string[] {
  return expected.startsWith('one of ') ? expected.slice(7).split(', ') : [];
}

/** A value for a message: lists and mappings as they are written, cut when long. */
function shown(value: unknown, written: string): string {
  if (value === null || value === undefined) return 'empty';
  const whole = typeof value === 'object' ? written.trim() : JSON.stringify(value);
  const line = whole.split(/[\r\n]/)[0]!;
  return line === whole && line.length <= 60 ? line : `${line.slice(0, 60)}…`;
}

/** The place of a path or, where nothing is written there, of the nearest part that is. */
function placeOf(
  path: Path,
  spans: ReadonlyMap<string, SettingSpan>,
  whole: Span,
): { place: SettingSpan; exact: boolean } {
  for (let length = path.length; length > 0; length--) {
    const place = spans.get(path.slice(0, length).map(String).join('.'));
    if (place) return { place, exact: length === path.length };
  }
  return { place: { key: whole, value: whole }, exact: path.length === 0 };
}

type Schema = z.core.$ZodType;

/** What is read of a schema's definition here; each kind of schema has some of it. */
interface Definition {
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly innerType?: Schema;
  readonly options?: readonly Schema[];
}

/** The keys that a mapping at `path` may have. */
function keysAt(schema: Schema, path: Path): string[] {
  let here = definitions(schema);
  for (const key of path) {
    here = here.flatMap(({ shape, element }) => {
      const own = shape && Object.hasOwn(shape, key) ? shape[String(key)] : undefined;
      const next = element ?? own;
      return next === undefined ? [] : definitions(next);
    });
  }
  return here.flatMap(({ shape }) => Object.keys(shape ?? {}));
}

/** What a schema stands for: through `optional` and into the members of a union. */
function definitions(schema: Schema): Definition[] {
  const definition = schema._zod.def as unknown as Definition;
  const inside = definition.innerType ? [definition.innerType] : definition.options;
  return inside ? inside.flatMap(definitions) : [definition];
}

function valueAt(root: unknown, path: Path): unknown {
  let here: unknown = root;
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<PropertyKey, unknown>)[key];
  }
  return here;
}

/** Removes what stands at `path` or, when nothing does, the value that lacks it. */
function remove(root: Record<string, unknown>, path: Path): void {
  if (path.length === 0) {
    for (const key of Object.keys(root)) Reflect.deleteProperty(root, key);
    return;
  }
  const key = path.at(-1)!;
  const parent = valueAt(root, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else if (typeof parent === 'object' && parent !== null && Object.hasOwn(parent, key)) {
    Reflect.deleteProperty(parent, key);
  } else remove(root, path.slice(0, -1));
}
