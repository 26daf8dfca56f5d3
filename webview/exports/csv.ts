/** Tables as comma-separated values (RFC 4180). */

/** A number is written as it is, a missing value as nothing. */
export type Cell = string | number | boolean | undefined;

/**
 * The rows as CSV, lines ended with CR LF. A spreadsheet runs a cell that begins with = + - or @ as a
 * formula, also after a tab or a line break, so such a text gets an apostrophe before it (OWASP, "CSV
 * Injection"). Numbers are left alone: a minus of ours is no formula.
 */
export function csvText(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}

function cellText(cell: Cell): string {
  if (typeof cell !== 'string') return cell === undefined ? '' : String(cell);
  const harmless = /^[=+\-@＝＋－＠\t\r\n]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
