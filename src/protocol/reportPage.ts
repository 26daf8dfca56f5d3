/**
 * The HTML of the report page: one string, for a file that stands alone and for an editor's webview.
 * The page draws itself from a `Report` and its examples, which lie in it or come as messages
 * (reportMessages.ts).
 */
import type { Report } from './report.ts';

/** A part of the page: its text, or where the page finds it. */
export type PagePart = { readonly text: string } | { readonly uri: string };

/** What a page that stands alone has in it. */
export interface PageContent {
  readonly report: Report;
  /** By prompt name, why its score did not belong to the file when the page was written. */
  readonly stale?: Readonly<Record<string, string>>;
  /** Its examples: an `ExampleTable` as JSON, gzip, base64. */
  readonly examples: string;
}

export interface ReportPageOptions {
  /** The bundled script (dist/report.js). */
  readonly script: PagePart;
  /** The bundled style sheet (dist/report.css). */
  readonly style: PagePart;
  /** Letters and digits that nobody can guess; only elements that carry it are run. */
  readonly nonce: string;
  /** Where the page is shown: a browser has no editor to ask for files and colors. */
  readonly host: 'browser' | 'editor';
}

/**
 * The page that shows a report, or, without one, waits for a message with it. Its content security
 * policy allows the page's own script and style and nothing else: no network, no images, no frames.
 */
export function renderReportPage(
  content: PageContent | undefined,
  options: ReportPageOptions,
): string {
  const { nonce, host } = options;
  const policy = `default-src 'none'; base-uri 'none'; form-action 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'`;
  const title = content ? `${escapeHtml(content.report.file)} – report` : 'Report';
  return [
    '<!doctype html>',
    `<html lang="en" data-host="${host}">`,
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    // The controls add one style element to see what the browser can do, and look here for its nonce.
    `<meta property="csp-nonce" content="${nonce}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${title}</title>`,
    styleElement(options.style, nonce),
    '</head>',
    '<body>',
    '<main id="page"></main>',
    '<noscript>This report is drawn by a script, and scripts are turned off.</noscript>',
    content ? dataElement('report', content.report) : '',
    content?.stale ? dataElement('stale', content.stale) : '',
    scriptElement(options.script, nonce),
    // After the script, which draws the rest while a browser still reads them.
    content ? examplesElement(content.examples) : '',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** A value as JSON in a block that no browser runs; no text in it can end the block. */
function dataElement(id: string, value: Report | NonNullable<PageContent['stale']>): string {
  const json = JSON.stringify(value).replaceAll('<', '\\u003c');
  return `<script type="application/json" id="${id}">${json}</script>`;
}

/** The examples in a block of text that no browser runs. */
function examplesElement(packed: string): string {
  return `<script type="application/gzip" id="examples-data">${packed}</script>`;
}

function scriptElement(part: PagePart, nonce: string): string {
  if ('uri' in part) return `<script nonce="${nonce}" src="${escapeHtml(part.uri)}"></script>`;
  // Inside strings and regular expressions, where alone these can stand, the backslash is no change.
  const text = part.text.replace(/<(?=\/script|!--)/gi, '<\\');
  return `<script nonce="${nonce}">${text}</script>`;
}

function styleElement(part: PagePart, nonce: string): string {
  if ('uri' in part) {
    return `<link rel="stylesheet" nonce="${nonce}" href="${escapeHtml(part.uri)}">`;
  }
  return `<style nonce="${nonce}">${part.text.replace(/<(?=\/style)/gi, '<\\')}</style>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
