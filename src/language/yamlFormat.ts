/** Writes YAML in one form: two spaces a level, one space after a colon, comments kept. */
import { Lexer, parseDocument } from 'yaml';
import type { DocumentOptions, ParseOptions, SchemaOptions } from 'yaml';

/**
 * The mapping in `source` in the usual form, or `source` itself where its form cannot be changed
 * without a doubt about what it means. Formatting what was formatted changes nothing.
 */
export function formatYaml(source: string): string {
  const once = reprinted(source);
  return once !== undefined && once !== source && reprinted(once) === once ? once : source;
}

/** Only text and the words for nothing: every other value stays as it is written. */
const options: DocumentOptions & SchemaOptions & ParseOptions = {
  schema: 'failsafe',
  customTags: ['null'],
  logLevel: 'silent',
};

function reprinted(source: string): string | undefined {
  try {
    const document = parseDocument(source, options);
    if (document.errors.length > 0 || document.contents === null) return undefined;
    const text = document.toString({ lineWidth: 0, flowCollectionPadding: false });
    const result = withCommentColumns(text, source);
    return result === source || meaning(result) === meaning(source) ? result : undefined;
  } catch {
    // What is nested too deeply for the library is left as it is.
    return undefined;
  }
}

/** Everything that formatting has to keep, as text: the values, and the comments in their order. */
function meaning(source: string): string {
  const document = parseDocument(source, options);
  if (document.errors.length > 0) return source;
  const comments: string[] = [];
  for (const token of new Lexer().lex(source)) if (token.startsWith('#')) comments.push(token);
  return JSON.stringify([document.toJS({ maxAliasCount: 1000 }), comments]);
}

/** People line comments up; the library puts each one space behind its line. */
function withCommentColumns(text: string, source: string): string {
  const columns = new Map<string, string>();
  for (const line of source.split(/\r\n|\n|\r/)) {
    const match = commented.exec(line.trimEnd());
    if (match) columns.set(keyOf(match), match[2]!);
  }
  if (columns.size === 0) return text;
  return text
    .split('\n')
    .map((line) => {
      const match = commented.exec(line);
      const space = match ? columns.get(keyOf(match)) : undefined;
      return match && space !== undefined ? `${match[1]}${space}${match[3]}` : line;
    })
    .join('\n');
}

/** A line with a comment behind its content: content, space, comment. */
const commented = /^(\s*[^\s#].*?)(\s+)(#.*)$/;

/** A line by its content and its comment, however they are spaced. */
function keyOf([, content, , comment]: RegExpExecArray): string {
  return `${content!.replaceAll(/\s/g, '')}\0${comment}`;
}
