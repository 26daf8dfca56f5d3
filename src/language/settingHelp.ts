/** What the schema says of each setting, for completion and hovers. */
import type * as z from 'zod';
import { promptSchema, settingsSchema } from './schema.ts';

/** Where a setting stands: in the file's settings, or in the braces of a prompt. */
export type SettingScope = 'file' | 'prompt';

export interface SettingHelp {
  readonly name: string;
  /** Sentences; empty where the schema has none. */
  readonly description: string;
  /** As it would be written; undefined where there is none, or where it depends on other things. */
  readonly defaultValue: string | undefined;
  /** The words that it takes, or some of the values. */
  readonly values: readonly string[];
  /** A sentence on each of its words, by the word. */
  readonly explained: Readonly<Record<string, string>>;
  /** Whether it takes only these words. */
  readonly isClosed: boolean;
  /** Whether `key: value` lines stand under it. */
  readonly isSection: boolean;
  readonly isList: boolean;
}

/** The settings that may stand under `path`, in the order of the schema. */
export function settingsUnder(path: readonly string[], scope: SettingScope): SettingHelp[] {
  return nodesAt(path, scope).flatMap(({ def }) =>
    Object.entries(def.shape ?? {}).map(([name, schema]) => helpOf(name, schema)),
  );
}

/** What the schema says of the setting at `path`; undefined where it knows none. */
export function settingHelp(path: readonly string[], scope: SettingScope): SettingHelp | undefined {
  const name = path.at(-1);
  if (name === undefined) return undefined;
  for (const { def } of nodesAt(path.slice(0, -1), scope)) {
    const schema = memberOf(def, name);
    if (schema) return helpOf(name, schema);
  }
  return undefined;
}

/**
 * What a setting's value means, as a sentence; undefined where the schema explains none. What stands
 * behind a colon is a name: `run:ID` explains every run.
 */
export function valueHelp({ explained }: SettingHelp, value: string): string | undefined {
  const form = value.replace(/^run:.+$/, 'run:ID');
  return Object.hasOwn(explained, form) ? explained[form] : undefined;
}

type Schema = z.core.$ZodType;

/** What is read of a schema's definition here; each kind of schema has some of it. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly innerType?: Schema;
  readonly options?: readonly Schema[];
  readonly entries?: Readonly<Record<string, string>>;
  readonly values?: readonly unknown[];
}

interface Node {
  readonly schema: Schema;
  readonly def: Definition;
}

/** The schema and whatever it stands for: through `optional` and into the members of a union. */
function nodesOf(schema: Schema): Node[] {
  const def = schema._zod.def as unknown as Definition;
  const inside = def.innerType ? [def.innerType] : (def.options ?? []);
  return [{ schema, def }, ...inside.flatMap(nodesOf)];
}

/** What stands under a key; names such as __proto__ are keys of no schema. */
function memberOf({ shape }: Definition, key: string): Schema | undefined {
  return shape && Object.hasOwn(shape, key) ? shape[key] : undefined;
}

function nodesAt(path: readonly string[], scope: SettingScope): Node[] {
  let here = nodesOf(scope === 'file' ? settingsSchema : promptSchema);
  for (const key of path) {
    here = here.flatMap(({ def }) => {
      const next = def.element ?? memberOf(def, key);
      return next === undefined ? [] : nodesOf(next);
    });
  }
  return here;
}

function helpOf(name: string, schema: Schema): SettingHelp {
  const nodes = nodesOf(schema);
  const items = nodes.flatMap(({ def }) => (def.element ? nodesOf(def.element) : []));
  const words = [...nodes, ...items].flatMap(({ def }) => [
    ...Object.values(def.entries ?? {}),
    ...(def.values ?? []).map(String),
    ...(def.type === 'boolean' ? ['true', 'false'] : []),
  ]);
  // The setting's own goes before that of a member of a union.
  const all = [...nodes, ...items]
    .map(({ schema: one }) => metaOf(one))
    .filter(isThere)
    .reverse();
  const meta = all.findLast(({ description }) => description !== undefined);
  const kinds = new Set(nodes.map(({ def }) => def.type));
  return {
    name,
    description: meta?.description ?? '',
    defaultValue: meta?.default === undefined ? undefined : JSON.stringify(meta.default),
    values: [...words, ...(meta?.examples ?? []).map(written)],
    explained: Object.assign({}, ...all.map(({ explained }) => explained)) as Record<
      string,
      string
    >,
    isClosed: kinds.has('enum') || kinds.has('boolean'),
    isSection: kinds.has('object') || kinds.has('record'),
    isList: kinds.has('array'),
  };
}

interface Meta {
  readonly explained?: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

function metaOf(schema: Schema): Meta | undefined {
  return (schema as z.ZodType).meta() as Meta | undefined;
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value).replaceAll(',', ', ');
}

function isThere(meta: Meta | undefined): meta is Meta {
  return meta !== undefined;
}
