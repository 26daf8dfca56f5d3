/** Where rows stand, as places that explain a diagnostic. */
import type { Diagnostic, RelatedLine, RelatedPlace } from '../language/diagnostics.ts';
import type { Source, SourceRow } from './examples.ts';

/** The other places of a diagnostic. */
type Related = Pick<Diagnostic, 'related' | 'relatedLines'>;

/** A row with the source that it comes from, and what it has to do with the diagnostic. */
export interface ToldRow {
  readonly source: Source;
  readonly row: SourceRow;
  readonly message: string;
}

/**
 * The places of `rows` beside those of the `.ptune` file itself in `here`. Rows of a file that is not
 * text have none.
 */
export function relatedTo(here: readonly RelatedPlace[], rows: readonly ToldRow[]): Related {
  const places = [...here];
  const lines: RelatedLine[] = [];
  for (const { source, row, message } of rows) {
    if (row.span) places.push({ span: row.span, message });
    else if (isText(source.path)) {
      lines.push({ path: source.path, line: row.line - 1, message });
    }
  }
  return {
    ...(places.length > 0 && { related: places }),
    ...(lines.length > 0 && { relatedLines: lines }),
  };
}

/** Whether an editor can show the file's lines. */
export function isText(path: string | undefined): path is string {
  return path !== undefined && !/\.parquet$/i.test(path);
}
