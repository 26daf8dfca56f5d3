/** Reads the tables of facts, which are written as text: one row a line, columns between bars. */

/** The non-empty rows of a table as trimmed cells; a row of another width is an error. */
export function rowsOf(table: string, columns: number): string[][] {
  const rows: string[][] = [];
  for (const line of table.split('\n')) {
    if (line.trim() === '') continue;
    const cells = line.split('|').map((cell) => cell.trim());
    if (cells.length !== columns) {
      throw new Error(`A row has ${cells.length} columns where ${columns} are expected: ${line}`);
    }
    rows.push(cells);
  }
  return rows;
}

/** The entries of a cell that holds a list, split at commas; an empty cell holds none. */
export function listOf(cell: string): string[] {
  return cell === '' ? [] : cell.split(',').map((entry) => entry.trim());
}
