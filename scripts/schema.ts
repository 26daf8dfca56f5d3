/** Makes media/ptune.schema.json, the JSON Schema of the settings, from the definition in the code. */
import { format } from 'prettier';
import * as z from 'zod';
import { settingsSchema, verbatimSettings } from '../src/language/schema.ts';

/** The JSON Schema (draft 7) of the settings, as the text of the file. */
export async function settingsSchemaText(): Promise<string> {
  const schema = z.toJSONSchema(settingsSchema, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema, path }) => {
      explainValues(jsonSchema);
      const isCell = path[0] === 'properties' && verbatimSettings.has(String(path[1]));
      if (!isCell || jsonSchema.type !== 'string' || path.includes('propertyNames')) return;
      // Read as it is written, whatever YAML would take it for.
      const type = ['string', 'number', 'boolean'];
      Object.assign(jsonSchema, { type: path[1] === 'examples' ? [...type, 'null'] : type });
    },
  });
  const whole = {
    ...schema,
    title: 'Settings of a .ptune file',
    required: ['model', 'answer'],
    anyOf: [{ required: ['data'] }, { required: ['examples'] }],
  };
  return format(JSON.stringify(whole), { parser: 'json', printWidth: 100 });
}

/** What editors of other programs show beside the words of a list. */
function explainValues(schema: { enum?: unknown[]; explained?: unknown }): void {
  const { explained } = schema as { explained?: Readonly<Record<string, string>> };
  delete schema.explained;
  if (explained === undefined || schema.enum === undefined) return;
  const enumDescriptions = schema.enum.map((value) => explained[String(value)] ?? '');
  Object.assign(schema, { enumDescriptions });
}
