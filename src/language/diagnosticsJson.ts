/** The machine-readable form of diagnostics, as `ptune check --json` prints it. */
import type { Diagnostic, Severity } from './diagnostics.ts';
import { LineMap } from './lineMap.ts';
import type { Range } from './lineMap.ts';

/** A file with its text and what is wrong with it. */
export interface CheckedFile {
  readonly file: string;
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

export interface DiagnosticsJson {
  readonly files: readonly {
    readonly file: string;
    readonly diagnostics: readonly {
      readonly code: string;
      readonly severity: Severity;
      readonly message: string;
      /** Zero-based lines and UTF-16 characters. */
      readonly range: Range;
    }[];
  }[];
}

/** The diagnostics of all `files` as one plain value. */
export function diagnosticsToJson(files: readonly CheckedFile[]): DiagnosticsJson {
  return {
    files: files.map(({ file, text, diagnostics }) => {
      const map = new LineMap(text);
      return {
        file,
        diagnostics: diagnostics.map(({ code, severity, message, span }) => ({
          code,
          severity,
          message,
          range: map.range(span),
        })),
      };
    }),
  };
}
